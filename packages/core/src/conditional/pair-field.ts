/**
 * The exact marginal vector field of a coupling. A pair (x0, x1) moves along m = αx1 + βx0 in a cloud of variance s², so
 *
 *     u_t(x|x0, x1) = α̇x1 + β̇x0 + (ṡ/s)(x − m)     u_t(x) = α̇ E[x1|x] + β̇ E[x0|x] − sṡ ∇ log p_t(x)
 *
 * the second by the average over p_t(x0, x1|x), the first for every coupling: what I-CFM, OT-CFM and bridge matching regress
 * on, and what they converge to. A source that is a sample instead of N(0, I) is one such end. [Tong2024]
 */
import {
  componentPosterior,
  type Moments,
  type Quantities,
  type Quantity,
  type QuantityOptions,
  requireQuantities,
  type Spread,
  type Tangent,
  wantOf,
} from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import type { CurvePoint, PairCurve, PairNoise, PairVariance } from "../path/index.js";
import type { Points } from "../points/index.js";
import { pairComponents } from "./pair-components.js";
import type { Pairs } from "./pairs.js";

/** The marginal vector field of a finite coupling. */
export interface PairField extends VectorField {
  /** D. */
  readonly dim: number;
  /** (α, β) of the curve between two ends; a scheduler is one. */
  readonly scheduler: PairCurve;
  readonly noise: PairNoise;
  readonly pairs: Pairs;
  /**
   * Several quantities from one scan over the pairs: `denoiser` is E[x1|x], `noise` is E[x0|x], `traceCov` that of x1, the
   * largest weights are those of pairs.
   * @throws RangeError where the variance is 0 or a slope is infinite, and as `MarginalField.quantities` does.
   */
  quantities(t: number, x: Points, names: readonly Quantity[], options?: QuantityOptions): Quantities;
}

/** The time of an evaluation: coefficients and variance. */
interface At extends CurvePoint, PairVariance {}

/** The field of pairs along the curves of a scheduler or of an interpolant, in a cloud of positive variance. */
export function pairField(scheduler: PairCurve, pairs: Pairs, noise: PairNoise): PairField {
  const { dim, size } = pairs.x0;
  const quantities: PairField["quantities"] = (t, x, names, options = {}) => {
    requireQuantities(names, x, options);
    const at = { ...scheduler.at(t), ...noise.at(t) };
    const moments = componentPosterior(pairComponents(pairs, at)).evaluate(x, at, wantOf(names, options));
    const values: Quantities["values"] = {};
    for (const name of names) values[name] = requireFiniteValues(name, t, recipes[name](moments, at, options.tangent));
    return {
      values,
      top: moments.top,
      certificate: { promise: "exact", evaluations: x.size * size, skipped: 0, backend: "reference" },
    };
  };
  return {
    dim,
    scheduler,
    noise,
    pairs,
    quantities,
    evaluate(t, x, out) {
      const { velocity } = quantities(t, x, ["velocity"]).values;
      if (velocity) out.data.set(velocity);
      return out;
    },
  };
}

type Recipe = (moments: Moments, at: At, tangent: Points | undefined) => Float64Array;

/** Every quantity from the moments of the ends: x1 in the place of the denoiser, x0 in that of the scaled noise. */
const recipes: Record<Quantity, Recipe> = {
  velocity: ({ denoiser, scaledNoise, score }, { dAlpha, dBeta, halfRate }) =>
    denoiser.data.map((v, d) => dAlpha * v + dBeta * scaledNoise.data[d] - halfRate * score.data[d]),
  denoiser: ({ denoiser }) => denoiser.data,
  noise: ({ scaledNoise }) => scaledNoise.data,
  score: ({ score }) => score.data,
  logDensity: ({ logDensity }) => logDensity,
  divergence: ({ spread, score }, { alpha, beta, dAlpha, dBeta, variance, halfRate }) => {
    const { denoiserDivergence: to, scaledNoiseDivergence: from } = spread ?? missing<Spread>();
    const laplacian = to.map((v, b) => (alpha * v + beta * from[b] - score.dim) / variance); // Δ log p_t
    return to.map((v, b) => dAlpha * v + dBeta * from[b] - halfRate * laplacian[b]);
  },
  traceCov: ({ spread }) => (spread ?? missing<Spread>()).traceCov,
  entropy: ({ entropy }) => entropy,
  ess: ({ ess }) => ess,
  jvp: ({ tangent }, { alpha, beta, dAlpha, dBeta, variance, halfRate }, directions) => {
    const { denoiser, scaledNoise } = tangent ?? missing<Tangent>();
    return denoiser.data.map((to, d) => {
      const from = scaledNoise.data[d];
      const score = (alpha * to + beta * from - (directions?.data[d] ?? Number.NaN)) / variance; // (∇∇ log p_t)v
      return dAlpha * to + dBeta * from - halfRate * score;
    });
  },
};

function missing<T>(): T {
  throw new Error("internal: the scan did not compute what was wanted");
}

function requireFiniteValues(name: Quantity, t: number, values: Float64Array): Float64Array {
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return values;
  throw new RangeError(`Cannot evaluate "${name}" at t = ${t}: value ${bad} is ${values[bad]}; expected a finite number`);
}
