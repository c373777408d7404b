import { choice, cumulativeSum, fork, type Rng } from "../random/index.js";

/** A coupling of two finite ends as masses: π(i, j) on row i of x0 and row j of x1. */
export interface TransportPlan {
  /** Rows of x0. */
  readonly rows: number;
  /** Rows of x1. */
  readonly columns: number;
  /** π(i, j), [rows, columns], row-major. */
  readonly mass: Float64Array;
}

/** Which rows of two batches go together: pair k is row `rows0[k]` of x0 with row `rows1[k]` of x1. */
export interface CoupledRows {
  readonly rows0: Uint32Array;
  readonly rows1: Uint32Array;
}

/**
 * Pairs drawn from a plan, independently and with replacement, in proportion to its masses.
 * @throws RangeError when a mass is negative or not finite, or all are zero.
 */
export function samplePlan(rng: Rng, { columns, mass }: TransportPlan, count: number): CoupledRows {
  const cells = choice(rng, cumulativeSum(mass), new Uint32Array(count));
  return { rows0: cells.map((cell) => Math.floor(cell / columns)), rows1: cells.map((cell) => cell % columns) };
}

/**
 * One pair for every row of x0 that has mass: its partner is drawn from π(j|i). The rows of x0 keep their order and none
 * repeats, so that the end at t = 0 carries no sampling error of its own.
 * @throws RangeError when a mass is negative or not finite, or all are zero.
 */
export function sampleEachRow(rng: Rng, { rows, columns, mass }: TransportPlan): CoupledRows {
  const rows0: number[] = [];
  const rows1: number[] = [];
  const one = new Uint32Array(1);
  for (let i = 0; i < rows; i++) {
    const weights = mass.subarray(i * columns, (i + 1) * columns);
    if (weights.every((w) => w === 0)) continue;
    rows0.push(i);
    rows1.push(choice(fork(rng, "row", i), cumulativeSum(weights), one)[0]);
  }
  if (rows0.length === 0) throw new RangeError("Cannot draw pairs: every mass of the plan is 0; expected a positive one");
  return { rows0: Uint32Array.from(rows0), rows1: Uint32Array.from(rows1) };
}

/** Σ_ij π(i, j) c(i, j). */
export function planCost({ mass }: TransportPlan, cost: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < mass.length; at++) sum += mass[at] * cost[at];
  return sum;
}

/** Both marginals of a plan: Σ_j π(i, j) and Σ_i π(i, j). */
export function planMarginals({ rows, columns, mass }: TransportPlan): readonly [Float64Array, Float64Array] {
  const [first, second] = [new Float64Array(rows), new Float64Array(columns)];
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      first[i] += mass[at];
      second[j] += mass[at];
    }
  }
  return [first, second];
}
