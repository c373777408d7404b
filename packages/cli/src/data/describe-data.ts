import { type Points, type Rng, row, sampleWithoutReplacement, totalVariance, weightEntropy, weightedMean } from "@fluxion/core";
import type { DataSet } from "./data-set.js";

/** Distances from points to their nearest other point. */
export interface NearestDistances {
  /** Of how many points the distance was measured. */
  readonly of: number;
  readonly min: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly max: number;
}

/** What there is to know about a data set before any model. */
export interface DataDescription {
  readonly name: string;
  /** Rows as given. */
  readonly rows: number;
  /** Distinct points N. */
  readonly points: number;
  /** Rows that repeat an earlier one. */
  readonly merged: number;
  readonly dim: number;
  readonly min: number;
  readonly max: number;
  /** ‖E z‖. */
  readonly meanNorm: number;
  /** tr Cov(z). */
  readonly traceCov: number;
  /** H(data) in nats: log N for N equally likely points. */
  readonly entropy: number;
  /** exp H: how many equally likely points have this entropy. */
  readonly effectivePoints: number;
  /** Absent for a single point. */
  readonly nearest?: NearestDistances;
  /** Rows of every class. */
  readonly classes?: Readonly<Record<string, number>>;
  readonly image?: { readonly width: number; readonly height: number };
  readonly bandwidth: number;
  readonly digest: string;
}

/** Multiply-adds spent on nearest distances; beyond, only some points ask. */
const BUDGET = 4e9;

/** Describes a data set; `rng` chooses which points ask for their nearest one where N²·D is large. */
export function describeData(set: DataSet, rng: Rng): DataDescription {
  const { atoms, labels, image } = set;
  const { points, logWeights } = atoms;
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of points.data) {
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const entropy = weightEntropy(logWeights);
  return {
    name: set.name,
    rows: set.rows,
    points: points.size,
    merged: atoms.merged,
    dim: points.dim,
    min,
    max,
    meanNorm: Math.sqrt(weightedMean(points, logWeights).reduce((sum, v) => sum + v * v, 0)),
    traceCov: totalVariance(points, logWeights),
    entropy,
    effectivePoints: Math.exp(entropy),
    ...(points.size > 1 ? { nearest: nearestDistances(points, rng) } : {}),
    ...(labels === undefined ? {} : { classes: classCounts(labels) }),
    ...(image === undefined ? {} : { image }),
    bandwidth: set.bandwidth,
    digest: set.digest,
  };
}

function classCounts({ index, names }: NonNullable<DataSet["labels"]>): Record<string, number> {
  const counts = new Int32Array(names.length);
  for (const c of index) counts[c] = (counts[c] ?? 0) + 1;
  return Object.fromEntries(names.map((name, c) => [name, counts[c] ?? 0]));
}

function nearestDistances(z: Points, rng: Rng): NearestDistances {
  const of = Math.max(1, Math.min(z.size, Math.floor(BUDGET / (z.size * z.dim))));
  const asked = of === z.size ? Float64Array.from({ length: of }, (_, i) => i) : sampleWithoutReplacement(rng, z.size, of);
  const distances = asked.map((i) => nearestOther(z, i)).sort();
  const quantile = (p: number): number => interpolate(distances, p);
  return {
    of,
    min: quantile(0),
    lowerQuartile: quantile(0.25),
    median: quantile(0.5),
    upperQuartile: quantile(0.75),
    max: quantile(1),
  };
}

/** The distance from point i to the nearest other point. */
function nearestOther(z: Points, i: number): number {
  const D = z.dim;
  const x = row(z, i);
  let best = Number.POSITIVE_INFINITY;
  for (let j = 0; j < z.size; j++) {
    if (j === i) continue;
    let squared = 0;
    for (let d = 0, at = j * D; d < D && squared < best; d++, at++) {
      const r = (x[d] ?? 0) - (z.data[at] ?? 0);
      squared += r * r;
    }
    if (squared < best) best = squared;
  }
  return Math.sqrt(best);
}

/** The p-quantile of ascending values, linear between order statistics [HyndmanFan1996, type 7]. */
export function interpolate(ascending: Float64Array, p: number): number {
  const at = p * (ascending.length - 1);
  const low = ascending[Math.floor(at)] ?? Number.NaN;
  const high = ascending[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
