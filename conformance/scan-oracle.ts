/**
 * One posterior over atoms to about 30 digits, sharing no code and no rearrangement with any backend: what their stated bounds
 * are held against.
 */
import { type Points, row, type ScanQuery, type WeightedAtoms } from "@fluxion/core";
import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  exp,
  log,
  multiply,
  negated,
  productOf,
  rounded,
  squaredDistance,
  subtract,
  sumOf,
} from "./double-double.js";

/** The posterior of one point x. */
export interface ScanTruth {
  /** ℓ_i = log π_i − ‖x − αz_i‖²/(2v), [N]. */
  readonly logits: readonly DoubleDouble[];
  /** λ_i, [N]. */
  readonly weights: readonly DoubleDouble[];
  /** Σλ_i z_i, [D]. */
  readonly mean: readonly DoubleDouble[];
  /** Σλ_i‖z_i − mean‖². */
  readonly traceCov: DoubleDouble;
  /** Σλ_i(z_i − mean)((z_i − mean)·v), [D]; of nothing without a direction. */
  readonly tangent: readonly DoubleDouble[];
  /** log Σe^ℓ − (D/2) log(2πv). */
  readonly logDensity: DoubleDouble;
  /** −Σλ log λ. */
  readonly entropy: DoubleDouble;
  /** The oracle's own error: nats of a logit, and relative error of all else beside the effect of that. */
  readonly uncertainty: number;
}

const PI: DoubleDouble = { hi: Math.PI, lo: 1.2246467991473532e-16 };

/** The posterior at row b of x. */
export function scanTruth(
  { points: { data: z, size, dim }, logWeights }: WeightedAtoms,
  x: Points,
  b: number,
  { alpha, variance, tangent }: Pick<ScanQuery, "alpha" | "variance" | "tangent">,
): ScanTruth {
  const two = exactly(2 * variance);
  const logits = Array.from(logWeights, (logWeight, i) => {
    if (logWeight === -Infinity) return exactly(-Infinity);
    const squared = squaredDistance(x.data, z, alpha, { a: b * dim, b: i * dim, dim });
    return subtract(exactly(logWeight), divide(squared, two));
  });
  const top = logits.reduce((most, l) => (rounded(subtract(l, most)) > 0 ? l : most));
  const gaps = logits.map((l) => (l.hi === -Infinity ? l : subtract(l, top)));
  const unnormalised = gaps.map((gap) => exp(gap));
  const mass = unnormalised.reduce(add);
  const weights = unnormalised.map((w) => (w.hi === 0 ? w : divide(w, mass)));
  const seen = weights.flatMap((w, i) => (w.hi > 0 ? [i] : []));
  const mean = Array.from({ length: dim }, (_, d) =>
    seen.reduce((sum, i) => add(sum, multiply(weights[i], exactly(z[i * dim + d]))), exactly(0)),
  );
  const direction = tangent && row(tangent, b);
  let traceCov = exactly(0);
  let along: readonly DoubleDouble[] = direction ? mean.map(() => exactly(0)) : [];
  for (const i of seen) {
    const r = mean.map((m, d) => subtract(exactly(z[i * dim + d]), m));
    traceCov = add(traceCov, multiply(weights[i], r.map((v) => multiply(v, v)).reduce(add)));
    if (!direction) continue;
    const dot = r.map((v, d) => multiply(v, exactly(direction[d]))).reduce(add);
    const scaled = multiply(weights[i], dot);
    along = along.map((sum, d) => add(sum, multiply(scaled, r[d])));
  }
  const constant = multiply(exactly(-0.5 * dim), log(multiply(PI, two)));
  const meanGap = seen.reduce((sum, i) => add(sum, multiply(weights[i], gaps[i])), exactly(0));
  return {
    logits,
    weights,
    mean,
    traceCov,
    tangent: along,
    logDensity: add(add(top, log(mass)), constant),
    entropy: subtract(log(mass), meanGap),
    uncertainty: 1e-29 * (100 + size + dim + Math.abs(top.hi) + Math.abs(constant.hi)),
  };
}

/** ‖v̂ − v‖, to the precision of float64. */
export function distance(computed: Float64Array, truth: readonly DoubleDouble[]): number {
  return Math.hypot(...truth.map((v, d) => rounded(subtract(exactly(computed[d]), v))));
}

/** |v̂ − v|, to the precision of float64. */
export function difference(computed: number, truth: DoubleDouble): number {
  return Math.abs(rounded(add(sumOf(computed, negated(truth).hi), exactly(-truth.lo))));
}

/** ab − c to the precision of float64, for the residual of a quotient. */
export const residual = (a: number, b: number, c: number): number => rounded(subtract(productOf(a, b), exactly(c)));
