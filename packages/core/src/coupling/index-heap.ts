/** A binary heap of nodes 0 … capacity − 1 by their keys, least first, in which keys may fall. */
export interface IndexHeap {
  /** The nodes, the least at 0. */
  readonly nodes: Int32Array;
  /** The key of every node. */
  readonly keys: Float64Array;
  /** The place of every node among `nodes`, −1 for one that is not in the heap. */
  readonly placeOf: Int32Array;
  size: number;
}

/** An empty heap. */
export function indexHeap(capacity: number): IndexHeap {
  return {
    nodes: new Int32Array(capacity),
    keys: new Float64Array(capacity),
    placeOf: new Int32Array(capacity).fill(-1),
    size: 0,
  };
}

/** Puts a node into the heap, or lowers its key. */
export function push(heap: IndexHeap, node: number, key: number): void {
  const { nodes, keys, placeOf } = heap;
  keys[node] = key;
  let k = placeOf[node] < 0 ? heap.size++ : placeOf[node];
  while (k > 0) {
    const above = nodes[(k - 1) >> 1];
    if (keys[above] <= key) break;
    nodes[k] = above;
    placeOf[above] = k;
    k = (k - 1) >> 1;
  }
  nodes[k] = node;
  placeOf[node] = k;
}

/** Takes the node of the least key out of a heap that is not empty. */
export function popLeast(heap: IndexHeap): number {
  const { nodes, keys, placeOf } = heap;
  const least = nodes[0];
  placeOf[least] = -1;
  const node = nodes[--heap.size];
  if (heap.size === 0) return least;
  let k = 0;
  for (let child = 1; child < heap.size; child = 2 * k + 1) {
    if (child + 1 < heap.size && keys[nodes[child + 1]] < keys[nodes[child]]) child++;
    if (keys[nodes[child]] >= keys[node]) break;
    nodes[k] = nodes[child];
    placeOf[nodes[k]] = k;
    k = child;
  }
  nodes[k] = node;
  placeOf[node] = k;
  return least;
}
