import { type AtomTree, endOf, levelOf, startOf } from "./atom-tree.js";

/** The atoms of largest logit at one x, largest first, ties by the smaller number, as a scan in the order of the data finds them. */
export interface TopAtoms {
  /** Places in the tree. */
  readonly places: Int32Array;
  /** ℓ_i = log π_i − ‖x − αz_i‖²/(2v), the same bits as the reference's; −∞ beyond the atoms that have weight. */
  readonly logits: Float64Array;
  /** Nodes looked at. */
  readonly visits: number;
}

/** The Gaussian around an atom: what a posterior knows of time. */
export interface Kernel {
  readonly alpha: number;
  readonly variance: number;
}

/** A search over one tree, or over the atoms of some nodes of it, with its own stack. */
export type TopSearch = (x: Float64Array, kernel: Kernel, count: number, among?: Int32Array) => TopAtoms;

/**
 * Branch and bound for the largest logits: exact, rounding included. Rounding is monotone, and the bound of a node goes
 * through the operations of a logit with the nearest coordinates of its box and its largest weight, in the same order: it is no less
 * than any computed logit inside. Where it equals the last of the list, a node may still hold a smaller number.
 */
export function topSearch(tree: AtomTree): TopSearch {
  const stack = new Int32Array(2 ** tree.depth + 2 * tree.depth + 4);
  const bounds = new Float64Array(stack.length);
  return (x, kernel, count, among = ROOT) => {
    const found = {
      places: new Int32Array(count).fill(-1),
      logits: new Float64Array(count).fill(-Infinity),
      visits: among.length,
    };
    let size = among.length;
    let best = 0;
    for (let k = 0; k < size; k++) {
      stack[k] = among[k] ?? 0;
      bounds[k] = upperLogit(tree, among[k] ?? 0, x, kernel);
      if ((bounds[k] ?? 0) > (bounds[best] ?? 0)) best = k;
    }
    exchange(stack, best, size - 1);
    exchange(bounds, best, size - 1);
    while (size > 0) {
      const node = stack[--size] ?? 0;
      if (!mayEnter(tree, node, bounds[size] ?? 0, found)) continue;
      if (levelOf(node) === tree.depth) {
        enterLeaf(tree, node, { x, kernel }, found);
        continue;
      }
      const left = 2 * node + 1;
      const right = left + 1;
      const l = upperLogit(tree, left, x, kernel);
      const r = upperLogit(tree, right, x, kernel);
      const leftFirst = l > r || (l === r && (tree.nodes.first[left] ?? 0) < (tree.nodes.first[right] ?? 0));
      stack[size] = leftFirst ? right : left;
      bounds[size++] = leftFirst ? r : l;
      stack[size] = leftFirst ? left : right;
      bounds[size++] = leftFirst ? l : r;
      found.visits += 2;
    }
    return found;
  };
}

const ROOT = new Int32Array(1);

function exchange(values: Int32Array | Float64Array, i: number, j: number): void {
  const held = values[i] ?? 0;
  values[i] = values[j] ?? 0;
  values[j] = held;
}

/** No less than the computed logit of any atom of the node. */
function upperLogit({ nodes, dim }: AtomTree, node: number, x: Float64Array, { alpha, variance }: Kernel): number {
  let squared = 0;
  for (let d = 0, at = node * dim; d < dim; d++, at++) {
    const here = x[d] ?? 0;
    const below = here - alpha * (nodes.lowest[at] ?? 0);
    const above = here - alpha * (nodes.highest[at] ?? 0);
    const r = below < 0 ? below : above > 0 ? above : 0;
    squared += r * r;
  }
  return (nodes.heaviest[node] ?? 0) + (-0.5 / variance) * squared;
}

function mayEnter({ nodes, atomAt }: AtomTree, node: number, bound: number, { places, logits }: TopAtoms): boolean {
  const last = logits[logits.length - 1] ?? -Infinity;
  return (
    bound > last ||
    (bound === last && last > -Infinity && (nodes.first[node] ?? 0) < (atomAt[places[places.length - 1] ?? 0] ?? 0))
  );
}

function enterLeaf(
  tree: AtomTree,
  node: number,
  { x, kernel: { alpha, variance } }: { readonly x: Float64Array; readonly kernel: Kernel },
  found: TopAtoms,
): void {
  const { places, logWeights, dim } = tree;
  const scale = -0.5 / variance;
  for (let i = startOf(tree, node), to = endOf(tree, node); i < to; i++) {
    let squared = 0;
    for (let d = 0, at = i * dim; d < dim; d++, at++) {
      const r = (x[d] ?? 0) - alpha * (places[at] ?? 0);
      squared += r * r;
    }
    insert(tree, i, (logWeights[i] ?? 0) + scale * squared, found);
  }
}

function insert({ atomAt }: AtomTree, place: number, logit: number, { places, logits }: TopAtoms): void {
  let at = places.length - 1;
  if (!(logit > -Infinity) || !(logit >= (logits[at] ?? Infinity))) return;
  const precedes = (k: number): boolean => {
    const there = logits[k] ?? 0;
    return logit > there || (logit === there && (atomAt[place] ?? 0) < (atomAt[places[k] ?? 0] ?? 0));
  };
  if (!precedes(at)) return;
  for (; at > 0 && precedes(at - 1); at--) {
    logits[at] = logits[at - 1] ?? 0;
    places[at] = places[at - 1] ?? 0;
  }
  logits[at] = logit;
  places[at] = place;
}
