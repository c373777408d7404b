/**
 * What no network removes from the losses of discrete flow matching. With the exact p = p_{1|t}(·|x_t) the expected generalised
 * KL is κ̇/(1 − κ)·E Σ_l Σ_{k ≠ x^l} −p_k log p_k, and since κ̇/(1 − κ) dt = dΛ its integral over t is one number for all schedules.
 * For a mask source it is H(p_data), as the area of Eq. (M10) is: the mixture of the conditional jump processes is Markov there.
 * For other sources it is larger, by what the past of a path says about z beyond x_t.
 */
import { estimate, fork, type Rng, uniform } from "../random/index.js";
import { type ClockNode, clockNodes } from "./clock-nodes.js";
import { mixRow } from "./discrete-path.js";
import { allTokens } from "./enumerate-tokens.js";
import { type KappaSchedule, type Mixing, mixingOfClock } from "./kappa-schedule.js";
import { drawTokenAtoms } from "./token-atoms.js";
import type { TokenPosterior } from "./token-posterior.js";
import { drawSourceTokens, leastProbability } from "./token-source.js";
import { type Tokens, takeSequences } from "./tokens.js";

/** A floor, summed over positions, nats. */
export interface TokenFloor {
  readonly value: number;
  /** Of the draws; 0 for a sum over all states. */
  readonly standardError: number;
  /** Difference of the 17- and 9-node quadratures: an upper bound in practice of the quadrature error. */
  readonly quadratureError: number;
}

/** Where e^{−Λ}Λ is below rounding. */
const LAST = 40;

/** Up to which κ a floor is integrated. */
export interface TokenFloorOptions {
  /** 1 − κ at which to stop, for losses that are averaged over t up to 1 − ε. @defaultValue 0 */
  readonly untilRest?: number;
}

/**
 * ∫₀¹ of the floor of the generalised KL loss, by the sum over all K^L states at every node: no loss averaged over uniform t is
 * below it. @throws RangeError for more than 2^20 states.
 */
export function generalisedKlFloor(posterior: TokenPosterior, { untilRest = 0 }: TokenFloorOptions = {}): TokenFloor {
  const expected = expectationOver(posterior, uncertaintyElsewhere);
  return integrate(clockNodes(0, endOf(untilRest), leastProbability(posterior.source)), (clock) =>
    expected(mixingOfClock(clock)),
  );
}

/**
 * The same by draws from the path. Each draw (z, x₀) is followed through all nodes, so that draws are independent and their
 * variance is finite; that of κ̇/(1 − κ) at a drawn t is not, wherever masked tokens stay uncertain.
 * @throws RangeError for fewer than two samples.
 */
export function generalisedKlFloorSampled(
  posterior: TokenPosterior,
  { rng, samples, untilRest = 0 }: TokenFloorOptions & { readonly rng: Rng; readonly samples: number },
): TokenFloor {
  if (!Number.isInteger(samples) || samples < 2) {
    throw new RangeError(`Cannot estimate the floor: samples is ${samples}; expected an integer of at least 2`);
  }
  const { length } = posterior;
  const z = drawTokenAtoms(posterior.atoms, fork(rng, "data"), samples);
  const x0 = drawSourceTokens(posterior.source, fork(rng, "source"), { length, size: samples });
  const uniforms = uniform(fork(rng, "turn"), new Float64Array(z.data.length));
  const x: Tokens = { ...z, data: new Uint32Array(z.data.length) };
  const p = new Float64Array(z.data.length * z.vocabulary);
  const values = new Float64Array(samples);
  const { quadratureError } = integrate(clockNodes(0, endOf(untilRest), leastProbability(posterior.source)), (clock, weight) => {
    const at = mixingOfClock(clock);
    for (let b = 0; b < samples; b++) mixRow(at.kappa, b, { x0, z, uniforms }, x);
    posterior.denoise(x, at, p);
    let sum = 0;
    for (let b = 0; b < samples; b++) {
      const here = uncertaintyElsewhere(x, p, b);
      values[b] += weight * here;
      sum += here;
    }
    return sum / samples;
  });
  const { mean, standardError } = estimate(values);
  return { value: mean, standardError, quadratureError };
}

/** E Σ_l H(z^l | x_t), the floor of the cross-entropy summed over positions at one κ, over all K^L states. */
export function crossEntropyFloorAt(posterior: TokenPosterior, at: Mixing): number {
  return expectationOver(posterior, uncertainty)(at);
}

/** ∫₀¹ of the floor of the cross-entropy over uniform t, which depends on the schedule. @throws RangeError for more than 2^20 states. */
export function crossEntropyFloor(schedule: KappaSchedule, posterior: TokenPosterior): TokenFloor {
  const expected = expectationOver(posterior, uncertainty);
  const start = -Math.log(schedule.at(0.5).rest);
  const early = integrate(clockNodes(0, 0.5, leastProbability(posterior.source)), (t) => expected(schedule.at(t)));
  const late = integrate(clockNodes(start, start + LAST), (clock) => {
    const { hazard } = schedule.at(schedule.timeOfClock(clock)); // dt = dΛ/hazard
    return expected(mixingOfClock(clock)) / hazard;
  });
  return {
    value: early.value + late.value,
    standardError: 0,
    quadratureError: early.quadratureError + late.quadratureError,
  };
}

/** A sum over sequence b of a batch; p is [B, L, K]. */
type Uncertainty = (x: Tokens, p: Float64Array, b: number) => number;

/** Σ_l Σ_k −p_k log p_k. */
const uncertainty: Uncertainty = (x, p, b) => entropies(x, p, b, true);

/** Σ_l Σ_{k ≠ x^l} −p_k log p_k. */
const uncertaintyElsewhere: Uncertainty = (x, p, b) => entropies(x, p, b, false);

function entropies({ data, length, vocabulary: K }: Tokens, p: Float64Array, b: number, own: boolean): number {
  let sum = 0;
  for (let at = b * length; at < (b + 1) * length; at++) {
    for (let k = 0; k < K; k++) {
      const value = p[at * K + k];
      if (value > 0 && (own || k !== data[at])) sum -= value * Math.log(value);
    }
  }
  return sum;
}

/** E over x ∼ p_t of an uncertainty, by the sum over all states that are reached. */
function expectationOver(posterior: TokenPosterior, of: Uncertainty): (at: Mixing) => number {
  const states = allTokens(posterior);
  const logDensity = new Float64Array(states.size);
  return (at) => {
    posterior.logDensity(states, at, logDensity);
    const reached = Array.from(logDensity.keys()).filter((b) => logDensity[b] > -Infinity);
    const x = takeSequences(states, reached);
    const p = posterior.denoise(x, at, new Float64Array(x.data.length * x.vocabulary));
    return reached.reduce((sum, state, b) => sum + Math.exp(logDensity[state]) * of(x, p, b), 0);
  };
}

function integrate(nodes: readonly ClockNode[], f: (at: number, weight: number) => number): TokenFloor {
  let [value, coarse] = [0, 0];
  for (const node of nodes) {
    const here = f(node.at, node.weight);
    value += node.weight * here;
    coarse += node.coarse * here;
  }
  return { value, standardError: 0, quadratureError: Math.abs(value - coarse) };
}

/** The clock at 1 − κ = `untilRest`. */
function endOf(untilRest: number): number {
  if (untilRest >= 0 && untilRest < 1) return Math.min(LAST, -Math.log(untilRest));
  throw new RangeError(`Cannot integrate the floor: 1 − κ ends at ${untilRest}; expected 0 ≤ 1 − κ < 1`);
}
