import type { DiscretePath } from "./discrete-path.js";
import { closeRows, type RateField, requireDistributions, type TokenDenoiser } from "./rate-field.js";

/** γ: how fast a corrector resamples tokens at time t. */
export type CorrectorStrength = (t: number) => number;

/**
 * Rates that move tokens and keep every p_t: γ(t)·[(1 − κ) q + κ p_{1|t}(·|x) − δ_x], resampling each position from the path.
 * Given z the rates γ(p_t(·|z) − δ_x) keep p_t(·|z), and the posterior mean keeps the marginal. Up to the factor they are
 * the forward rates κ̇/(1 − κ)(p_{1|t} − δ_x) and the backward rates κ̇/κ(q − δ_x) together. [Gat2024; Campbell2024]
 * @throws RangeError for a strength that is negative or not finite.
 */
export function correctorRates(path: DiscretePath, denoiser: TokenDenoiser, strength: CorrectorStrength): RateField {
  return withDenoiser(denoiser, (t, p, out) => {
    const { kappa, rest } = path.schedule.at(t);
    const gamma = requireStrength(strength(t), t);
    const q = path.source.probabilities;
    for (let at = 0; at < p.length; at++) out[at] = gamma * (rest * q[at % q.length] + kappa * p[at]);
  });
}

/**
 * The marginal rates and a corrector in one: κ̇/(1 − κ)(p_{1|t} − δ_x) + γ[(1 − κ) q + κ p_{1|t} − δ_x]. More jumps than needed,
 * which lets a sampler undo its errors; with exact rates p_t is the same for every γ.
 * @throws RangeError where κ̇/(1 − κ) or the strength is not finite.
 */
export function correctedRates(path: DiscretePath, denoiser: TokenDenoiser, strength: CorrectorStrength): RateField {
  return withDenoiser(denoiser, (t, p, out) => {
    const { kappa, rest, hazard } = path.schedule.at(t);
    const gamma = requireStrength(strength(t), t);
    requireStrength(hazard, t);
    const q = path.source.probabilities;
    for (let at = 0; at < p.length; at++) out[at] = (hazard + gamma * kappa) * p[at] + gamma * rest * q[at % q.length];
  });
}

/**
 * The rates of the reversed process, κ̇/κ·(q − δ_x): run from t = 1 down they turn data into the source, whatever the data are.
 * @throws RangeError where κ̇/κ is not finite, as at t = 0.
 */
export function backwardRates({ schedule, source }: DiscretePath, length: number): RateField {
  const { vocabulary: K, probabilities: q } = source;
  return {
    kind: "rates",
    length,
    vocabulary: K,
    evaluate(t, x, out) {
      const { kappa, dKappa } = schedule.at(t);
      const speed = requireStrength(dKappa / kappa, t);
      for (let at = 0; at < out.length; at++) out[at] = speed * q[at % K];
      closeRows(x, out);
      return out;
    },
  };
}

/**
 * γ = c·κ̇/(κ(1 − κ)), the strength with which flow_matching's `div_free` c multiplies: c times forward and backward rates together.
 * Infinite at both ends.
 */
export function divFree({ schedule }: DiscretePath, c: number): CorrectorStrength {
  return (t) => {
    const { kappa, hazard } = schedule.at(t);
    return c === 0 ? 0 : (c * hazard) / kappa;
  };
}

function withDenoiser(denoiser: TokenDenoiser, fill: (t: number, p: Float64Array, out: Float64Array) => void): RateField {
  return {
    kind: "rates",
    length: denoiser.length,
    vocabulary: denoiser.vocabulary,
    evaluate(t, x, out) {
      const p = denoiser.evaluate(t, x, out);
      requireDistributions(p, x);
      fill(t, p, out);
      closeRows(x, out);
      return out;
    },
  };
}

function requireStrength(value: number, t: number): number {
  if (value >= 0 && value < Infinity) return value;
  throw new RangeError(`Cannot give rates: their strength is ${value} at t = ${t}; expected a finite number ≥ 0`);
}
