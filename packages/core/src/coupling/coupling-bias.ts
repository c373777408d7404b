/**
 * What a coupling of minibatches does to the law of the pairs, measured over fresh batches from two finite clouds. Every
 * batch gives one draw g_k of a vector that has mean 0 for an unbiased coupling; ‖E g‖² is estimated by Σ_{k≠l} ⟨g_k, g_l⟩
 * over different batches, which has no bias of its own (a U-statistic), with the standard error of the jackknife.
 */
import { type Points, takeRows } from "../points/index.js";
import { type Estimate, estimate, fork, integers, type Rng } from "../random/index.js";
import { assignment } from "./assignment.js";
import type { Coupling } from "./coupling.js";
import { squaredDistances } from "./squared-distances.js";
import type { CoupledRows } from "./transport-plan.js";

/** How far the pairs of a coupling are from those that it stands for. */
export interface CouplingBias {
  /** E‖x1 − x0‖² over the pairs. */
  readonly cost: Estimate;
  /** The least cost of any coupling of the two clouds; undefined unless they have equal sizes. */
  readonly leastCost: number | undefined;
  /**
   * `cost − leastCost`, the price of batches. Where the ends keep their laws, E‖x_t‖² on the line (1 − t)x0 + t·x1 is too small
   * by t(1 − t) times this number: the time marginals differ by that much from those of optimal transport.
   */
  readonly excess: Estimate | undefined;
  /** χ² of the law of x0 over the pairs against the uniform law of the cloud: 0 when the end keeps its law. */
  readonly end0: Estimate;
  /** The same for x1. */
  readonly end1: Estimate;
  /**
   * Σ_c π_c ‖E[x0|c] − E[x0]‖² over the classes c of x1: how far the noise that a class trains on lies from the noise that a
   * sampler draws [Cheng2025]. Undefined without labels.
   */
  readonly sourceShift: Estimate | undefined;
}

/** What is measured. */
export interface CouplingBiasOptions {
  readonly rng: Rng;
  /** Rows of a batch. */
  readonly batch: number;
  /** Independent batches, at least 3. @defaultValue 100 */
  readonly batches?: number;
  /** The class of every row of x1. */
  readonly labels?: ArrayLike<number | string>;
}

/**
 * Measures a coupling on batches drawn with replacement from the rows of x0 and of x1.
 * @throws RangeError unless there are at least 3 batches of at least 1 row, and as the coupling does.
 */
export function couplingBias(coupling: Coupling, x0: Points, x1: Points, options: CouplingBiasOptions): CouplingBias {
  const { rng, batch, batches = 100, labels } = options;
  if (!(Number.isInteger(batch) && batch >= 1 && Number.isInteger(batches) && batches >= 3)) {
    throw new RangeError(
      `Cannot measure the coupling: ${batches} batches of ${batch} rows are asked for; expected at least 3 of at least 1`,
    );
  }
  const found = Array.from({ length: batches }, (_, k) => {
    const from = integers(fork(rng, "x0", k), x0.size, new Uint32Array(batch));
    const to = integers(fork(rng, "x1", k), x1.size, new Uint32Array(batch));
    const own = labels === undefined ? {} : { labels: Array.from(to, (j) => labels[j]) };
    const rows = coupling.couple({ x0: takeRows(x0, from), x1: takeRows(x1, to), ...own }, fork(rng, "couple", k));
    return { rows0: rows.rows0.map((i) => from[i]), rows1: rows.rows1.map((j) => to[j]) };
  });
  const costs = Float64Array.from(found, (rows) => meanCost(rows, x0, x1));
  const cost = estimate(costs);
  const leastCost = x0.size === x1.size ? assignment(squaredDistances(x0, x1), x0.size).cost / x0.size : undefined;
  return {
    cost,
    leastCost,
    excess: leastCost === undefined ? undefined : { ...cost, mean: cost.mean - leastCost },
    end0: squaredMean(found.map(({ rows0 }) => departure(rows0, x0.size))),
    end1: squaredMean(found.map(({ rows1 }) => departure(rows1, x1.size))),
    sourceShift: labels === undefined ? undefined : squaredMean(shifts(found, x0, labels)),
  };
}

function meanCost({ rows0, rows1 }: CoupledRows, x0: Points, x1: Points): number {
  let sum = 0;
  for (let k = 0; k < rows0.length; k++) {
    for (let d = 0; d < x0.dim; d++) sum += (x1.data[rows1[k] * x0.dim + d] - x0.data[rows0[k] * x0.dim + d]) ** 2;
  }
  return sum / rows0.length;
}

/** (p_i − 1/N)·√N of one batch, [N], whose squared mean is χ². */
function departure(rows: Uint32Array, size: number): Float64Array {
  const out = new Float64Array(size).fill(-1 / Math.sqrt(size));
  for (const i of rows) out[i] += Math.sqrt(size) / rows.length;
  return out;
}

/** √π_c (E[x0|c] − E x0) of one batch for every class, [classes·D], with π_c and E x0 of the clouds. */
function shifts(
  found: readonly CoupledRows[],
  { data, dim: D, size }: Points,
  labels: ArrayLike<number | string>,
): Float64Array[] {
  const classes = new Map<number | string, number>();
  const counts: number[] = [];
  const classOf = Uint32Array.from(labels, (label) => {
    const known = classes.get(label) ?? classes.size;
    classes.set(label, known);
    counts[known] = (counts[known] ?? 0) + 1;
    return known;
  });
  const mean = new Float64Array(D);
  for (let at = 0; at < data.length; at++) mean[at % D] += data[at] / size;
  return found.map(({ rows0, rows1 }) => {
    const out = new Float64Array(classes.size * D);
    for (let k = 0; k < rows0.length; k++) {
      const c = classOf[rows1[k]];
      const scale = Math.sqrt(labels.length / counts[c]) / rows0.length;
      for (let d = 0; d < D; d++) out[c * D + d] += scale * (data[rows0[k] * D + d] - mean[d]);
    }
    return out;
  });
}

/** ‖E g‖² from independent draws of g, without bias, and its jackknife error. */
function squaredMean(draws: readonly Float64Array[]): Estimate {
  const K = draws.length;
  const total = new Float64Array(draws[0].length);
  for (const g of draws) for (let d = 0; d < total.length; d++) total[d] += g[d];
  const own = draws.map((g) => g.reduce((sum, v) => sum + v * v, 0));
  const withTotal = draws.map((g) => g.reduce((sum, v, d) => sum + v * total[d], 0));
  const squared = total.reduce((sum, v) => sum + v * v, 0);
  const owns = own.reduce((sum, v) => sum + v, 0);
  const mean = (squared - owns) / (K * (K - 1));
  // Without draw k: ‖S − g_k‖² − (Σ‖g‖² − ‖g_k‖²)
  const left = own.map((v, k) => (squared - 2 * withTotal[k] + 2 * v - owns) / ((K - 1) * (K - 2)));
  const average = left.reduce((sum, v) => sum + v, 0) / K;
  const spread = left.reduce((sum, v) => sum + (v - average) ** 2, 0);
  return { mean, standardError: Math.sqrt(((K - 1) / K) * spread) };
}
