import { type AssignmentState, FREE, listColumns } from "./assignment-state.js";
import { type IndexHeap, indexHeap, popLeast, push } from "./index-heap.js";

/** What one search for an augmenting path writes on. */
export interface Search {
  /** Nodes 0 … n − 1 are columns at the end of a path, nodes n + i rows whose columns outside the list wait. */
  readonly heap: IndexHeap;
  /** Length of the shortest alternating path found so far to every column; −∞ once it is final. */
  readonly distance: Float64Array;
  /** The row before every column on that path. */
  readonly before: Int32Array;
  /** Reduced cost of a row's own column minus its distance, [n]. */
  readonly offset: Float64Array;
  /** The columns with final distances in the order they were reached, and those distances. */
  readonly reached: Int32Array;
  readonly final: Float64Array;
  /** The nearest free column so far and its distance. */
  end: number;
  best: number;
}

/** Room for searches among n rows. */
export function search(n: number): Search {
  return {
    heap: indexHeap(2 * n),
    distance: new Float64Array(n),
    before: new Int32Array(n),
    offset: new Float64Array(n),
    reached: new Int32Array(n),
    final: new Float64Array(n),
    end: FREE,
    best: Infinity,
  };
}

/** The path to column j through row i of length `through`, if it is shorter than all known ones and than the best end. */
function relax({ rowOf }: AssignmentState, found: Search, i: number, j: number, through: number): void {
  found.distance[j] = through;
  found.before[j] = i;
  if (rowOf[j] === FREE) {
    found.best = through;
    found.end = j;
  } else push(found.heap, j, through);
}

/** Shortens the paths through row i to the columns of its list; all others wait until their bound is the least. */
function relaxListed(state: AssignmentState, found: Search, i: number): void {
  const { v, listed, columns, costs, bar, n } = state;
  const { distance, offset } = found;
  for (let k = i * listed, end = k + listed; k < end; k++) {
    const j = columns[k];
    const through = costs[k] - v[j] - offset[i];
    if (through < distance[j] && through < found.best) relax(state, found, i, j, through);
  }
  const bound = bar[i] - offset[i];
  if (bound < found.best) push(found.heap, n + i, bound);
}

/** Shortens the paths through row i to all columns, and makes its list again. */
function relaxAll(state: AssignmentState, found: Search, i: number): void {
  const { cost, n, v } = state;
  const { distance, offset } = found;
  for (let j = 0; j < n; j++) {
    const through = cost[i * n + j] - v[j] - offset[i];
    if (through < distance[j] && through < found.best) relax(state, found, i, j, through);
  }
  listColumns(state, i);
}

/**
 * Finds the shortest path from a free row to a free column, as Dijkstra does, updates the prices and moves everyone along
 * the path. A row's columns outside its list are looked at only when no shorter path is left, so the search is exact.
 */
export function augment(state: AssignmentState, start: number, found: Search): void {
  const { cost, n, v, columnOf, rowOf } = state;
  const { heap, distance, before, offset, reached, final } = found;
  distance.fill(Infinity);
  found.end = FREE;
  found.best = Infinity;
  offset[start] = 0;
  relaxListed(state, found, start);
  let count = 0;
  while (heap.size > 0 && heap.keys[heap.nodes[0]] < found.best) {
    const node = popLeast(heap);
    if (node >= n) {
      relaxAll(state, found, node - n);
      continue;
    }
    const d = distance[node];
    reached[count] = node;
    final[count++] = d;
    distance[node] = -Infinity;
    const i = rowOf[node];
    offset[i] = cost[i * n + node] - v[node] - d;
    relaxListed(state, found, i);
  }
  while (heap.size > 0) heap.placeOf[heap.nodes[--heap.size]] = FREE;
  for (let k = 0; k < count; k++) v[reached[k]] += final[k] - found.best;
  for (let i = FREE, j = found.end; i !== start; ) {
    i = before[j];
    rowOf[j] = i;
    const previous = columnOf[i];
    columnOf[i] = j;
    j = previous;
  }
}
