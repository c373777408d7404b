/**
 * The linear assignment problem min_σ Σ_i c(i, σ(i)), exactly: auctions of shrinking ε bring the column prices near their
 * optimum [Bertsekas1988], a last one with ε = 0 assigns most rows, and for every row left the shortest augmenting path in
 * reduced costs c(i, j) − u_i − v_j ≥ 0 is found as Dijkstra does [Jonker1987]. Rows keep lists of their cheapest columns,
 * so that most steps look at few of the n. O(n³) at worst. The prices prove the optimum: reduced costs are never negative,
 * and zero on the assignment.
 */
import { assignmentState } from "./assignment-state.js";
import { scalePrices, settle } from "./auction.js";
import { augment, search } from "./augment.js";

/** An optimal assignment with its proof. */
export interface Assignment {
  /** σ: the column of every row, [n]. */
  readonly columnOfRow: Uint32Array;
  /** Σ_i c(i, σ(i)). */
  readonly cost: number;
  /** u_i, [n]: u_i + v_j ≤ c(i, j), with equality on the assignment, up to rounding. */
  readonly rowPrices: Float64Array;
  /** v_j, [n]. */
  readonly columnPrices: Float64Array;
}

/** Below this size the search alone is as fast. */
const SCALED = 64;

/**
 * The permutation of least total cost for an [n, n] matrix of costs, row-major, with prices that certify it.
 * @throws RangeError when the matrix is not n × n or a cost is not finite.
 */
export function assignment(cost: Float64Array, n: number): Assignment {
  requireCosts(cost, n);
  const state = assignmentState(cost, n);
  if (n === 1) state.columnOf[0] = 0;
  else {
    if (n >= SCALED) scalePrices(state);
    const found = search(n);
    for (const i of settle(state)) augment(state, i, found);
  }
  const columnOfRow = Uint32Array.from(state.columnOf);
  const rowPrices = Float64Array.from(columnOfRow, (j, i) => cost[i * n + j] - state.v[j]);
  const total = columnOfRow.reduce((sum, j, i) => sum + cost[i * n + j], 0);
  return { columnOfRow, cost: total, rowPrices, columnPrices: state.v };
}

function requireCosts(cost: Float64Array, n: number): void {
  if (!(Number.isInteger(n) && n >= 1) || cost.length !== n * n) {
    throw new RangeError(`Cannot assign: the costs are ${cost.length} numbers and n is ${n}; expected an [n, n] matrix`);
  }
  const bad = cost.findIndex((c) => !Number.isFinite(c));
  if (bad >= 0) {
    throw new RangeError(`Cannot assign: cost (${Math.floor(bad / n)}, ${bad % n}) is ${cost[bad]}; expected a finite number`);
  }
}
