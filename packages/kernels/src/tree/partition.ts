import { endOf, levelOf, nodesOf, startOf } from "./atom-tree.js";

/** Points with the numbers of the atoms, to be reordered in place. */
export interface Places {
  /** [N, D]. */
  readonly places: Float64Array;
  readonly atomAt: Uint32Array;
  readonly size: number;
  readonly dim: number;
}

/** The boxes of all nodes, [K, D] each. */
export interface Boxes {
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
}

/**
 * Orders places so that every node down to `depth` is split at its median along the longest side of its box; returns the
 * boxes. O(N log N) with no recursion.
 */
export function partition(points: Places, depth: number): Boxes {
  const { dim } = points;
  const boxes = { lowest: new Float64Array(nodesOf(depth) * dim), highest: new Float64Array(nodesOf(depth) * dim) };
  for (let node = 0; node < nodesOf(depth); node++) {
    const [from, to] = [startOf(points, node), endOf(points, node)];
    boxOf(points, from, to, { ...boxes, node });
    if (levelOf(node) === depth) continue;
    select(points, longestSide(boxes, node, dim), { from, to, at: endOf(points, 2 * node + 1) });
  }
  return boxes;
}

function boxOf({ places, dim }: Places, from: number, to: number, into: Boxes & { readonly node: number }): void {
  const { lowest, highest, node } = into;
  for (let d = 0; d < dim; d++) {
    let low = Infinity;
    let high = -Infinity;
    for (let at = from * dim + d; at < to * dim; at += dim) {
      const z = places[at] ?? 0;
      if (z < low) low = z;
      if (z > high) high = z;
    }
    lowest[node * dim + d] = low;
    highest[node * dim + d] = high;
  }
}

function longestSide({ lowest, highest }: Boxes, node: number, dim: number): number {
  let [axis, longest] = [0, -1];
  for (let d = 0; d < dim; d++) {
    const side = (highest[node * dim + d] ?? 0) - (lowest[node * dim + d] ?? 0);
    if (side > longest) [axis, longest] = [d, side];
  }
  return axis;
}

/**
 * Reorders [from, to) so that what stands before `at` is no larger, and what stands from it on no smaller, along `axis`.
 * Quickselect with the median of three; equal keys stop both scans, so that repeated coordinates cost nothing extra.
 */
function select(points: Places, axis: number, range: { from: number; to: number; at: number }): void {
  const { places, dim } = points;
  const { at } = range;
  let left = range.from;
  let right = range.to - 1;
  while (left < right) {
    const pivot = medianOfThree(points, axis, [left, (left + right) >>> 1, right]);
    let i = left;
    let j = right;
    while (i <= j) {
      while ((places[i * dim + axis] ?? 0) < pivot) i++;
      while ((places[j * dim + axis] ?? 0) > pivot) j--;
      if (i > j) break;
      swap(points, i++, j--);
    }
    // now [left, j] ≤ pivot ≤ [i, right], and what lies between equals it
    if (at <= j) right = j;
    else if (at >= i) left = i;
    else return;
  }
}

function medianOfThree({ places, dim }: Places, axis: number, [i, j, k]: readonly [number, number, number]): number {
  const a = places[i * dim + axis] ?? 0;
  const b = places[j * dim + axis] ?? 0;
  const c = places[k * dim + axis] ?? 0;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swap({ places, atomAt, dim }: Places, i: number, j: number): void {
  for (let d = 0, p = i * dim, q = j * dim; d < dim; d++, p++, q++) {
    const held = places[p] ?? 0;
    places[p] = places[q] ?? 0;
    places[q] = held;
  }
  const held = atomAt[i] ?? 0;
  atomAt[i] = atomAt[j] ?? 0;
  atomAt[j] = held;
}
