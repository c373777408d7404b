/**
 * The linear assignment problem min_σ Σ_i c(i, σ(i)), exactly, after Jonker and Volgenant [Jonker1987]: a price v_j
 * per column, cheap reductions that assign most rows, then for every row left the shortest augmenting path in reduced
 * costs c(i, j) − u_i − v_j ≥ 0, found as Dijkstra does. O(n³) at worst. The prices prove the optimum: reduced costs
 * are never negative, and zero on the assignment.
 */

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

const FREE = -1;

/** Who has whom, and the column prices v. */
interface State {
  readonly cost: Float64Array;
  readonly n: number;
  readonly v: Float64Array;
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
}

/** Prices every column at its least cost, and gives it to that row where the row is still free. */
function reduceColumns({ cost, n, v, columnOf, rowOf }: State): void {
  for (let j = n - 1; j >= 0; j--) {
    let best = 0;
    for (let i = 1; i < n; i++) if (cost[i * n + j] < cost[best * n + j]) best = i;
    v[j] = cost[best * n + j];
    if (columnOf[best] !== FREE) continue;
    columnOf[best] = j;
    rowOf[j] = best;
  }
}

/** The two cheapest columns for row i and their reduced costs c − v. */
function twoCheapest({ cost, n, v }: State, i: number): readonly [number, number, number, number] {
  let [first, second] = [0, 0];
  let [firstCost, secondCost] = [Infinity, Infinity];
  for (let j = 0; j < n; j++) {
    const reduced = cost[i * n + j] - v[j];
    if (reduced >= secondCost) continue;
    if (reduced >= firstCost) {
      second = j;
      secondCost = reduced;
    } else {
      second = first;
      secondCost = firstCost;
      first = j;
      firstCost = reduced;
    }
  }
  return [first, second, firstCost, secondCost];
}

/**
 * Row i takes its cheapest column and lowers that price until the second choice is as good. Returns the row that lost
 * its column, or FREE, and whether the price fell, which is asked of the rounded price: what does not change it cannot
 * settle who has the column.
 */
function bid(state: State, i: number): readonly [number, boolean] {
  const { v, columnOf, rowOf } = state;
  const [first, second, firstCost, secondCost] = twoCheapest(state, i);
  const lowered = v[first] - (secondCost - firstCost);
  const falls = lowered < v[first];
  const taken = falls || rowOf[first] === FREE ? first : second;
  if (falls) v[first] = lowered;
  const loser = rowOf[taken];
  rowOf[taken] = i;
  columnOf[i] = taken;
  if (loser !== FREE) columnOf[loser] = FREE;
  return [loser, falls];
}

/** Bids in a row before a row is left to the search: more costs time where whole groups compete for too few columns. */
const BIDS = 8;

/** Lets every free row bid, and whoever it outbids at once after it. Returns the rows left free. */
function auction(state: State, free: readonly number[]): number[] {
  const left: number[] = [];
  for (const start of free) {
    let i = start;
    for (let bids = 1; i !== FREE; bids++) {
      const [loser, falls] = bid(state, i);
      const again = falls && bids < BIDS;
      if (loser !== FREE && !again) left.push(loser);
      i = again ? loser : FREE;
    }
  }
  return left;
}

/** What one search for an augmenting path writes on. */
interface Search {
  /** Length of the shortest alternating path found so far to every column; ∞ once it is final. */
  readonly distance: Float64Array;
  /** Prices of the columns; −∞ once the distance is final, so that the inner loop needs no other mark. */
  readonly open: Float64Array;
  /** The row before every column on that path. */
  readonly before: Int32Array;
  /** The columns with final distances in the order they were reached, and those distances. */
  readonly reached: Int32Array;
  readonly final: Float64Array;
}

/**
 * Shortens the paths through row i, whose reduced cost is `here`, and returns the nearest open column: a free one where
 * several tie, which for small integer costs saves nearly all of the search.
 */
function relax({ cost, n, rowOf }: State, { distance, open, before }: Search, i: number, here: number): number {
  const base = i * n;
  let nearest = FREE;
  let least = Infinity;
  for (let j = 0; j < n; j++) {
    const through = cost[base + j] - open[j] - here;
    let d = distance[j];
    if (through < d) {
      d = through;
      distance[j] = through;
      before[j] = i;
    }
    if (d < least || (d === least && rowOf[j] === FREE)) {
      least = d;
      nearest = j;
    }
  }
  return nearest;
}

/** Finds the shortest path from a free row to a free column, updates the prices and moves everyone along the path. */
function augment(state: State, start: number, search: Search): void {
  const { cost, n, v, columnOf, rowOf } = state;
  const { distance, open, before, reached, final } = search;
  distance.fill(Infinity);
  open.set(v);
  let count = 0;
  let j = relax(state, search, start, 0);
  while (rowOf[j] !== FREE) {
    const d = distance[j];
    reached[count] = j;
    final[count] = d;
    count++;
    distance[j] = Infinity;
    open[j] = -Infinity;
    j = relax(state, search, rowOf[j], cost[rowOf[j] * n + j] - v[j] - d);
  }
  const length = distance[j];
  for (let k = 0; k < count; k++) v[reached[k]] += final[k] - length;
  for (let i = FREE; i !== start; ) {
    i = before[j];
    rowOf[j] = i;
    const previous = columnOf[i];
    columnOf[i] = j;
    j = previous;
  }
}

/**
 * The permutation of least total cost for an [n, n] matrix of costs, row-major, with prices that certify it.
 * @throws RangeError when the matrix is not n × n or a cost is not finite.
 */
export function assignment(cost: Float64Array, n: number): Assignment {
  if (!(Number.isInteger(n) && n >= 1) || cost.length !== n * n) {
    throw new RangeError(`Cannot assign: the costs are ${cost.length} numbers and n is ${n}; expected an [n, n] matrix`);
  }
  const bad = cost.findIndex((c) => !Number.isFinite(c));
  if (bad >= 0) {
    throw new RangeError(`Cannot assign: cost (${Math.floor(bad / n)}, ${bad % n}) is ${cost[bad]}; expected a finite number`);
  }
  const v = new Float64Array(n);
  const columnOf = new Int32Array(n).fill(FREE);
  const rowOf = new Int32Array(n).fill(FREE);
  const state = { cost, n, v, columnOf, rowOf };
  reduceColumns(state);
  const free = Array.from(columnOf.keys()).filter((i) => columnOf[i] === FREE);
  const search = {
    distance: new Float64Array(n),
    open: new Float64Array(n),
    before: new Int32Array(n),
    reached: new Int32Array(n),
    final: new Float64Array(n),
  };
  for (const i of auction(state, free)) augment(state, i, search);
  const columnOfRow = Uint32Array.from(columnOf);
  const rowPrices = Float64Array.from(columnOfRow, (j, i) => cost[i * n + j] - v[j]);
  const total = columnOfRow.reduce((sum, j, i) => sum + cost[i * n + j], 0);
  return { columnOfRow, cost: total, rowPrices, columnPrices: v };
}
