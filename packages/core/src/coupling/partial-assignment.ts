import { assignment } from "./assignment.js";

/** The cheapest way to pair some rows with as many columns. */
export interface PartialAssignment {
  /** The rows that are paired, increasing, [count]. */
  readonly rows: Uint32Array;
  /** The column of each of them, [count]. */
  readonly columns: Uint32Array;
  /** Σ of their costs. */
  readonly cost: number;
}

/**
 * Partial transport between two equally weighted clouds, exactly: among all ways to pair `count` of n rows with different
 * columns, the one of least cost [Chapel2020]. It is an assignment with n − count more columns that cost nothing, as many
 * more rows, and a price on pairing the two kinds with each other.
 * @throws RangeError when the matrix is not n × n, a cost is negative or not finite, or count is not in 1 … n.
 */
export function partialAssignment(cost: Float64Array, n: number, count: number): PartialAssignment {
  if (!(Number.isInteger(count) && count >= 1 && count <= n)) {
    throw new RangeError(`Cannot assign in part: ${count} of ${n} rows are asked for; expected an integer from 1 to ${n}`);
  }
  const bad = cost.findIndex((c) => !(c >= 0));
  if (bad >= 0) throw new RangeError(`Cannot assign in part: cost ${bad} is ${cost[bad]}; expected a number ≥ 0`);
  const size = 2 * n - count;
  const largest = cost.reduce((most, c) => Math.max(most, c), 0);
  const whole = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    if (i < n) whole.set(cost.subarray(i * n, (i + 1) * n), i * size);
    else whole.fill(1 + largest, i * size + n, (i + 1) * size);
  }
  const { columnOfRow } = assignment(whole, size);
  const rows = Uint32Array.from(columnOfRow.keys()).filter((i) => i < n && columnOfRow[i] < n);
  const columns = rows.map((i) => columnOfRow[i]);
  return { rows, columns, cost: rows.reduce((sum, i, k) => sum + cost[i * n + columns[k]], 0) };
}
