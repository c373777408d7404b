/**
 * Brings near rows together, so that blocks become compact and bounds of blocks mean something: a tree of cuts across the
 * direction in which the rows of a node vary most, each at the place that leaves the least variance along it.
 */
import { BLOCK } from "@fluxion/core";

/** Rows, [N, D], row-major. */
export interface PlainRows {
  readonly data: Float32Array;
  readonly dim: number;
}

/** Rows of a node that its direction is found from, evenly spaced. */
const LOOKED_AT = 2048;
/** Steps of the power iteration: a direction that is roughly the first one cuts as well. */
const STEPS = 8;

/**
 * The numbers of the rows, near ones together. Cuts lie at multiples of the block, counted from `first`, the number of rows
 * that come before these, so that no block but the outermost holds rows from both sides of a cut.
 */
export function clusterOrder(rows: PlainRows, first = 0): Uint32Array {
  const order = Uint32Array.from({ length: rows.data.length / rows.dim }, (_, i) => i);
  const keys = new Float64Array(order.length);
  const open: [number, number][] = [[0, order.length]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [from, to] = next;
    if (Math.floor((first + to - 1) / BLOCK) === Math.floor((first + from) / BLOCK)) continue; // within one block
    const node = order.subarray(from, to);
    const axis = mainDirection(rows, node);
    for (const i of node) keys[i] = dot(rows, i, axis);
    const cut = alignedCut({ from, to, first }, bestShare(node, keys));
    selectSmallest(node, keys, cut - from);
    open.push([from, cut], [cut, to]);
  }
  return order;
}

/** Sends rows to one of 2^depth leaves. */
export interface RowSplitter {
  readonly leaves: number;
  readonly leafOf: (rows: PlainRows, i: number) => number;
}

/** A tree of cuts found from a sample: rows that come later are sent down it, for data that do not fit into memory. */
export function rowSplitter(sample: PlainRows, depth: number): RowSplitter {
  const axes: Float64Array[] = [];
  const places: number[] = [];
  const size = sample.data.length / sample.dim;
  const keys = new Float64Array(size);
  let level: Uint32Array[] = [Uint32Array.from({ length: size }, (_, i) => i)];
  for (let d = 0; d < depth; d++) {
    const next: Uint32Array[] = [];
    for (const node of level) {
      const axis = mainDirection(sample, node);
      for (const i of node) keys[i] = dot(sample, i, axis);
      const count = Math.floor(node.length / 2); // equal parts, so that each of them fits into memory
      selectSmallest(node, keys, count);
      axes.push(axis);
      places.push(node.subarray(count).reduce((least, i) => Math.min(least, keys[i] ?? least), Infinity));
      next.push(node.subarray(0, count), node.subarray(count));
    }
    level = next;
  }
  return {
    leaves: 2 ** depth,
    leafOf(rows, i) {
      let node = 0; // in the order of levels, as a heap
      for (let d = 0; d < depth; d++) {
        const axis = axes[node] ?? new Float64Array(rows.dim);
        node = 2 * node + (dot(rows, i, axis) < (places[node] ?? 0) ? 1 : 2);
      }
      return node - (2 ** depth - 1);
    },
  };
}

function dot({ data, dim }: PlainRows, i: number, axis: Float64Array): number {
  let sum = 0;
  for (let d = 0, at = i * dim; d < dim; d++, at++) sum += (data[at] ?? 0) * (axis[d] ?? 0);
  return sum;
}

/** About the first principal direction of some rows; the first axis where they do not vary. */
function mainDirection({ data, dim }: PlainRows, node: Uint32Array): Float64Array {
  const count = Math.min(node.length, LOOKED_AT);
  const chosen = Uint32Array.from({ length: count }, (_, k) => node[Math.floor((k * node.length) / count)] ?? 0);
  const mean = new Float64Array(dim);
  for (const i of chosen) for (let d = 0; d < dim; d++) mean[d] = (mean[d] ?? 0) + (data[i * dim + d] ?? 0) / count;
  let axis: Float64Array = farthestFrom(mean, data, chosen);
  for (let step = 0; step < STEPS; step++) {
    const next = new Float64Array(dim);
    for (const i of chosen) {
      let along = 0;
      for (let d = 0; d < dim; d++) along += ((data[i * dim + d] ?? 0) - (mean[d] ?? 0)) * (axis[d] ?? 0);
      for (let d = 0; d < dim; d++) next[d] = (next[d] ?? 0) + along * ((data[i * dim + d] ?? 0) - (mean[d] ?? 0));
    }
    const length = Math.sqrt(next.reduce((sum, v) => sum + v * v, 0));
    if (!(length > 0 && length < Infinity)) return axis;
    axis = next.map((v) => v / length);
  }
  return axis;
}

/** The unit vector from the mean to the farthest row. */
function farthestFrom(mean: Float64Array, data: Float32Array, chosen: Uint32Array): Float64Array {
  const dim = mean.length;
  let [far, most] = [chosen[0] ?? 0, -1];
  for (const i of chosen) {
    let squared = 0;
    for (let d = 0; d < dim; d++) squared += ((data[i * dim + d] ?? 0) - (mean[d] ?? 0)) ** 2;
    if (squared > most) [far, most] = [i, squared];
  }
  if (!(most > 0)) return Float64Array.from(mean, (_, d) => (d === 0 ? 1 : 0));
  return mean.map((m, d) => ((data[far * dim + d] ?? 0) - m) / Math.sqrt(most));
}

/** The share of rows below the cut that leaves the least variance, between a quarter and three quarters. */
function bestShare(node: Uint32Array, keys: Float64Array): number {
  const count = Math.min(node.length, LOOKED_AT);
  const sorted = Float64Array.from(
    { length: count },
    (_, k) => keys[node[Math.floor((k * node.length) / count)] ?? 0] ?? 0,
  ).sort();
  const total = sorted.reduce((sum, v) => sum + v, 0);
  let [best, share, below] = [-1, 0.5, 0];
  for (let k = 0; k < count; k++) {
    const [p, q] = [k, count - k];
    // n·variance falls by p·q/(p + q) times the squared gap of the means
    const between = p === 0 ? 0 : (below / p - (total - below) / q) ** 2 * p * q;
    if (p >= count / 4 && q >= count / 4 && between > best) [best, share] = [between, p / count];
    below += sorted[k] ?? 0;
  }
  return share;
}

/** The place nearest to a share of [from, to) that begins a block and leaves rows on both sides. */
function alignedCut(
  { from, to, first }: { readonly from: number; readonly to: number; readonly first: number },
  share: number,
): number {
  const wish = first + from + share * (to - from);
  const least = (Math.floor((first + from) / BLOCK) + 1) * BLOCK;
  const most = Math.floor((first + to - 1) / BLOCK) * BLOCK;
  return Math.min(most, Math.max(least, Math.round(wish / BLOCK) * BLOCK)) - first;
}

/** Moves the `count` rows of least keys to the front, ties by number; Hoare's selection with the middle as pivot. */
function selectSmallest(node: Uint32Array, keys: Float64Array, count: number): void {
  const isLess = (p: number, q: number): boolean => {
    const [a, b] = [keys[p] ?? 0, keys[q] ?? 0];
    return a < b || (a === b && p < q);
  };
  let [low, high] = [0, node.length - 1];
  while (low < high) {
    const pivot = node[(low + high) >> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while (isLess(node[i] ?? 0, pivot)) i++;
      while (isLess(pivot, node[j] ?? 0)) j--;
      if (i > j) break;
      const held = node[i] ?? 0;
      node[i++] = node[j] ?? 0;
      node[j--] = held;
    }
    if (count <= j) high = j;
    else if (count >= i) low = i;
    else return;
  }
}
