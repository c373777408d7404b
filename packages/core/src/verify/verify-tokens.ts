import {
  allTokens,
  densitySlope,
  generalisedKlFloor,
  netInflow,
  sequenceOf,
  type TokenField,
  type Tokens,
  takeSequences,
  tokenEntropy,
} from "../discrete/index.js";
import { type Check, checked, largest, ROUNDOFF } from "./check.js";
import { PROBE_TIMES } from "./probes.js";

/** More states than this take too long: every check visits all of them at six times. */
const MOST_STATES = 4096;

/** The marginalisation of jump rates checked on one data set of sequences. */
export interface TokenVerification {
  readonly checks: readonly Check[];
  readonly passed: boolean;
}

/**
 * Checks the marginalisation theorem on sequences of tokens, by enumeration of all K^L states: p_t has the right ends and adds up to
 * 1, the denoiser is the posterior mean of z, the rates are rates, they solve the Kolmogorov forward equation, and, from a mask
 * source, the floor of the loss is the entropy of the data. Reads nothing but the field it is given.
 * @throws RangeError for more than 4096 states.
 */
export function verifyTokens(field: TokenField): TokenVerification {
  const { length, vocabulary } = field.posterior;
  if (vocabulary ** length > MOST_STATES) {
    throw new RangeError(`Cannot verify ${vocabulary}^${length} states by enumeration: expected at most ${MOST_STATES}`);
  }
  const states = allTokens({ length, vocabulary });
  const slices = PROBE_TIMES.map((t) => sliceOf(field, states, t));
  const checks = [
    checkEnds(field, states),
    checkMass(slices),
    checkDenoiser(field, slices),
    checkRates(field, slices),
    checkForward(field, states, slices),
    ...(field.path.source.name === "mask" ? [checkTokenFloor(field)] : []),
  ];
  return { checks, passed: checks.every(({ passed }) => passed) };
}

/** The path at one time. */
interface Slice {
  readonly t: number;
  /** p_t of all states, [K^L]. */
  readonly density: Float64Array;
  /** The indices of the states with p_t > 0, and those states. */
  readonly reached: readonly number[];
  readonly x: Tokens;
  /** Rates there, [reached, L, K]. */
  readonly rates: Float64Array;
}

function sliceOf(field: TokenField, states: Tokens, t: number): Slice {
  const density = field.logDensity(t, states, new Float64Array(states.size)).map(Math.exp);
  const reached = Array.from(density.keys()).filter((b) => density[b] > 0);
  const x = takeSequences(states, reached);
  return { t, density, reached, x, rates: field.rates.evaluate(t, x, new Float64Array(x.data.length * x.vocabulary)) };
}

/** Rounding of a log-density: L logarithms of at most 50 nats, N terms. */
const slack = ({ posterior }: TokenField): number => 64 * ROUNDOFF * (posterior.length + posterior.atoms.z.size);

/** p_0 is the source and p_1 the data. Eq. (M1) */
function checkEnds(field: TokenField, states: Tokens): Check {
  const { atoms, source } = field.posterior;
  const [first, last] = [0, 1].map((t) => field.logDensity(t, states, new Float64Array(states.size)).map(Math.exp));
  const data = new Map(Array.from({ length: atoms.z.size }, (_, i) => [sequenceOf(atoms.z, i).join(), atoms.weights[i]]));
  const residuals = Array.from({ length: states.size }, (_, b) => {
    const x = sequenceOf(states, b);
    const noise = x.reduce((product, token) => product * source.probabilities[token], 1);
    return Math.max(Math.abs(first[b] - noise), Math.abs(last[b] - (data.get(x.join()) ?? 0)));
  });
  return checked({
    id: "tokens-ends",
    statement: "p_0 is the source and p_1 is the data, at every state",
    residual: largest(residuals),
    tolerance: slack(field),
    toleranceFrom: "rounding of log-densities",
  });
}

/** Σ_x p_t(x) = 1. Eq. (M3) */
function checkMass(slices: readonly Slice[]): Check {
  return checked({
    id: "tokens-mass",
    statement: "p_t adds up to 1 over all states",
    residual: largest(slices.map(({ density }) => Math.abs(density.reduce((sum, p) => sum + p, 0) - 1))),
    tolerance: ROUNDOFF * (slices[0].density.length + 1024),
    toleranceFrom: "rounding of a sum over all states, and of log-densities of up to 500 nats",
  });
}

/** p_{1|t}(z^l = k|x) = Σ_i p_t(z_i|x) [z_i^l = k], with the posterior computed apart. Eq. (M5) */
function checkDenoiser(field: TokenField, slices: readonly Slice[]): Check {
  const { z } = field.atoms;
  const residuals: number[] = [];
  for (const { t, x } of slices) {
    const K = x.vocabulary;
    const p = field.denoiser.evaluate(t, x, new Float64Array(x.data.length * K));
    const weights = field.posterior.weights(x, field.path.schedule.at(t), new Float64Array(x.size * z.size));
    for (let b = 0; b < x.size; b++) {
      const expected = new Float64Array(x.length * K);
      for (let i = 0; i < z.size; i++) {
        for (let l = 0; l < x.length; l++) expected[l * K + sequenceOf(z, i)[l]] += weights[b * z.size + i];
      }
      residuals.push(largest(expected.map((v, at) => Math.abs(p[b * x.length * K + at] - v))));
    }
  }
  return checked({
    id: "tokens-denoiser",
    statement: "p_{1|t}(z^l|x) is the posterior weight of the data with that token there",
    residual: largest(residuals),
    tolerance: slack(field),
    toleranceFrom: "rounding of sums of N weights",
  });
}

/** u(y, x) ≥ 0 for y ≠ x, and Σ_y u(y, x) = 0, relative to κ̇/(1 − κ). */
function checkRates(field: TokenField, slices: readonly Slice[]): Check {
  const residuals: number[] = [];
  for (const { t, x, rates } of slices) {
    const { hazard } = field.path.schedule.at(t);
    const K = x.vocabulary;
    for (let at = 0; at < x.data.length; at++) {
      let sum = 0;
      for (let k = 0; k < K; k++) {
        sum += rates[at * K + k];
        if (k !== x.data[at]) residuals.push(Math.max(0, -rates[at * K + k] / hazard));
      }
      residuals.push(Math.abs(sum) / hazard);
    }
  }
  return checked({
    id: "tokens-rates",
    statement: "no rate to another token is negative, and the rates of every token add up to 0",
    residual: largest(residuals),
    tolerance: slack(field),
    toleranceFrom: "rounding of sums of N weights, in units of κ̇/(1 − κ)",
  });
}

/** ∂_t p_t(x) = Σ_y p_t(y) u_t(x, y), the left side in closed form. Eq. (M4) */
function checkForward(field: TokenField, states: Tokens, slices: readonly Slice[]): Check {
  const stride = states.length * states.vocabulary;
  const residuals = slices.map(({ t, density, reached, rates }) => {
    const at = field.path.schedule.at(t);
    const everywhere = new Float64Array(states.size * stride);
    reached.forEach((b, row) => {
      everywhere.set(rates.subarray(row * stride, (row + 1) * stride), b * stride);
    });
    const inflow = netInflow(states, density, everywhere, new Float64Array(states.size));
    const slope = densitySlope(field.posterior, states, at, new Float64Array(states.size));
    return largest(slope.map((v, b) => Math.abs(at.dKappa * v - inflow[b]) / at.hazard));
  });
  return checked({
    id: "tokens-forward",
    statement: "∂_t p_t(x) = Σ_y p_t(y) u_t(x, y) at every state: the rates carry the marginal path",
    residual: largest(residuals),
    tolerance: slack(field) * states.length,
    toleranceFrom: "rounding of L·K flows, in units of κ̇/(1 − κ)",
  });
}

/** ∫ κ̇/(1 − κ) E Σ_l Σ_{k ≠ x^l} −p_k log p_k dt = H(p_data) from a mask source: the discrete form of Eq. (M10). */
function checkTokenFloor(field: TokenField): Check {
  const { value, quadratureError } = generalisedKlFloor(field.posterior);
  const entropy = tokenEntropy(field.atoms);
  return checked({
    id: "tokens-floor",
    statement: "from a mask source the floor of the generalised KL loss is the entropy of the data",
    residual: Math.abs(value - entropy),
    tolerance: quadratureError + 1e-12 * (1 + entropy),
    toleranceFrom: "the quadrature, and rounding",
    details: { value, entropy },
  });
}
