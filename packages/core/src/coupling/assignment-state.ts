/** Marks a row without a column, or a column without a row. */
export const FREE = -1;

/**
 * What the phases of an assignment share: who has whom, the column prices v, and for every row its cheapest columns. Prices
 * only ever fall, so reduced costs c − v only ever rise: what was the least reduced cost outside a list stays a lower bound.
 */
export interface AssignmentState {
  /** c(i, j), [n, n]. */
  readonly cost: Float64Array;
  readonly n: number;
  /** v_j, [n]. */
  readonly v: Float64Array;
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
  /** How many columns a row lists. */
  readonly listed: number;
  /** The columns with the least reduced costs when row i was last looked through, and their costs, [n, listed]. */
  readonly columns: Int32Array;
  readonly costs: Float64Array;
  /** A lower bound of the reduced costs of all other columns, [n]: −∞ for a row that was never looked through. */
  readonly bar: Float64Array;
}

/** Columns that a row lists: fewer are looked through too often, more cost too much to keep in order. */
const LISTED = 12;

/** Nobody has anybody; every column costs what its cheapest row pays. */
export function assignmentState(cost: Float64Array, n: number): AssignmentState {
  const v = new Float64Array(n).fill(Infinity);
  for (let at = 0; at < n * n; at += n) for (let j = 0; j < n; j++) if (cost[at + j] < v[j]) v[j] = cost[at + j];
  const listed = Math.min(n, LISTED);
  return {
    cost,
    n,
    v,
    columnOf: new Int32Array(n).fill(FREE),
    rowOf: new Int32Array(n).fill(FREE),
    listed,
    columns: new Int32Array(n * listed),
    costs: new Float64Array(n * listed),
    bar: new Float64Array(n).fill(-Infinity),
  };
}

/**
 * Looks through all columns of row i and lists the cheapest in order. A list that is there bounds them from the start: its
 * dearest column now costs at least what the last of the new list will, so that most columns are passed over at one glance.
 */
export function listColumns({ cost, n, v, listed, columns, costs, bar }: AssignmentState, i: number): void {
  const reduced = costs.subarray(i * listed, (i + 1) * listed);
  const list = columns.subarray(i * listed, (i + 1) * listed);
  const last = listed - 1;
  let known = -Infinity;
  if (bar[i] > -Infinity) for (let k = 0; k < listed; k++) known = Math.max(known, reduced[k] - v[list[k]]);
  let next = known > -Infinity ? known : Infinity;
  reduced.fill(Infinity);
  for (let j = 0; j < n; j++) {
    const r = cost[i * n + j] - v[j];
    if (r > next) continue;
    if (r >= reduced[last]) {
      next = r;
      continue;
    }
    if (reduced[last] < next) next = reduced[last];
    let k = last;
    for (; k > 0 && reduced[k - 1] > r; k--) {
      reduced[k] = reduced[k - 1];
      list[k] = list[k - 1];
    }
    reduced[k] = r;
    list[k] = j;
  }
  bar[i] = next;
  for (let k = 0; k < listed; k++) costs[i * listed + k] = cost[i * n + list[k]];
}
