import { requireFinite, type WeightedAtoms } from "@fluxion/core";
import { type AtomTree, endOf, levelOf, nodesOf, startOf, type TreeNodes } from "./atom-tree.js";
import { expansionOrder, type MultiIndices, multiIndices } from "./multi-index.js";
import { nodeMoments, nodeSums } from "./node-moments.js";
import { partition } from "./partition.js";

/** How a tree is built. */
export interface TreeOptions {
  /** At most this many atoms in a leaf, and at least 2, so that no leaf is empty. @defaultValue 32 */
  readonly leaf?: number;
  /** Order p of the expansions of a node. @defaultValue 10 in the plane, less in higher dimension */
  readonly order?: number;
}

/** Beyond this a ball around half of the data holds nearly all of it, and second moments alone are some 150 numbers a node. */
const MOST_DIMS = 16;

/**
 * The tree over atoms: O(N log N), about 1 s for 10⁶ points of the plane. Tied means, boxes and radii are of all atoms, also of
 * those without weight.
 * @throws RangeError when the points are not finite, the weights are not one a point, or an option is out of its domain.
 */
export function buildTree(
  atoms: WeightedAtoms,
  { leaf = 32, order = expansionOrder(atoms.points.dim) }: TreeOptions = {},
): AtomTree {
  const { size, dim, data } = atoms.points;
  if (dim > MOST_DIMS) {
    throw new RangeError(
      `Cannot build a tree: the data have dim ${dim}; expected at most ${MOST_DIMS}, where boxes still tell points apart`,
    );
  }
  requireFinite(atoms.points, "the data of a tree");
  if (size === 0 || atoms.logWeights.length !== size) {
    throw new RangeError(
      `Cannot build a tree: ${size} points have ${atoms.logWeights.length} weights; expected one for each of at least 1`,
    );
  }
  if (!(Number.isInteger(leaf) && leaf >= 2))
    throw new RangeError(`Cannot build a tree: leaves hold ${leaf} atoms; expected an integer ≥ 2`);
  if (!(Number.isInteger(order) && order >= 2 && order <= 16)) {
    throw new RangeError(`Cannot build a tree: the expansions have order ${order}; expected an integer from 2 to 16`);
  }
  const depth = Math.max(0, Math.ceil(Math.log2(size / leaf)));
  const places = { places: data.slice(), atomAt: Uint32Array.from({ length: size }, (_, i) => i), size, dim };
  const boxes = partition(places, depth);
  const logWeights = new Float64Array(size);
  for (let i = 0; i < size; i++) logWeights[i] = atoms.logWeights[places.atomAt[i] ?? 0] ?? 0;
  const heaviestOfAll = logWeights.reduce((most, w) => Math.max(most, w), -Infinity);
  const bare = { ...places, depth, logWeights, heaviestOfAll };
  return {
    ...bare,
    equalWeights: logWeights.every((w) => w === heaviestOfAll),
    ...summaries(bare, boxes, multiIndices(dim, order)),
  };
}

type Bare = Omit<AtomTree, "nodes" | "moments" | "equalWeights">;

/** Means, radii and moments of all nodes. */
function summaries(
  tree: Bare,
  boxes: Pick<TreeNodes, "lowest" | "highest">,
  indices: MultiIndices,
): Pick<AtomTree, "nodes" | "moments" | "squared" | "surprise"> {
  const prior = tree.logWeights.map(Math.exp);
  const mass = nodeSums(tree, prior);
  const squares = nodeSums(
    tree,
    prior.map((w) => w * w),
  );
  const mean = means(tree, boxes, { prior, mass });
  const radius = radii(tree, mean);
  const equal = tree.logWeights.every((w) => w === tree.heaviestOfAll);
  const moments = nodeMoments(tree, { mean, radius }, indices, { density: prior, total: mass });
  const squared = equal
    ? undefined
    : nodeMoments(tree, { mean, radius }, indices, { density: prior.map((w) => w * w), total: squares });
  const density = prior.map((w, i) => (w > 0 ? w * ((tree.logWeights[i] ?? 0) - tree.heaviestOfAll) : 0));
  const surprise = equal ? undefined : nodeMoments(tree, { mean, radius }, indices, { density, total: mass });
  const nodes: TreeNodes = {
    ...boxes,
    ...extremes(tree),
    mean,
    radius,
    logMass: mass.map(Math.log),
    logSquares: squares.map(Math.log),
    flatness: flatness(moments.values, indices),
    flatnessSquared: flatness((squared ?? moments).values, indices),
    path: paths(tree, mean, radius),
  };
  return { nodes, moments, ...(squared && surprise ? { squared, surprise } : {}) };
}

/** Σπz/Σπ, upwards from the leaves; the middle of the box where a node has no weight. */
function means(
  tree: Pick<AtomTree, "size" | "dim" | "depth" | "places">,
  { lowest, highest }: Pick<TreeNodes, "lowest" | "highest">,
  { prior, mass }: { readonly prior: Float64Array; readonly mass: Float64Array },
): Float64Array {
  const { dim, places } = tree;
  const mean = new Float64Array(mass.length * dim);
  for (let node = mass.length - 1; node >= 0; node--) {
    const total = mass[node] ?? 0;
    for (let d = 0; d < dim; d++) {
      const low = lowest[node * dim + d] ?? 0;
      const high = highest[node * dim + d] ?? 0;
      let offset = 0; // about the corner of the box, so that data far from 0 lose no digits
      if (levelOf(node) < tree.depth) {
        for (const child of [2 * node + 1, 2 * node + 2])
          offset += ((mass[child] ?? 0) / total) * ((mean[child * dim + d] ?? 0) - low);
      } else {
        for (let i = startOf(tree, node); i < endOf(tree, node); i++)
          offset += ((prior[i] ?? 0) / total) * ((places[i * dim + d] ?? 0) - low);
      }
      mean[node * dim + d] = total > 0 ? Math.min(Math.max(low + offset, low), high) : low + (high - low) / 2;
    }
  }
  return mean;
}

/** max ‖z − m‖ of every node, a hair enlarged. */
function radii(tree: Pick<AtomTree, "size" | "dim" | "places">, mean: Float64Array): Float64Array {
  const { dim, places } = tree;
  const radius = new Float64Array(mean.length / dim);
  for (let node = 0; node < radius.length; node++) {
    let most = 0;
    for (let i = startOf(tree, node); i < endOf(tree, node); i++) {
      let squared = 0;
      for (let d = 0; d < dim; d++) {
        const r = (places[i * dim + d] ?? 0) - (mean[node * dim + d] ?? 0);
        squared += r * r;
      }
      if (squared > most) most = squared;
    }
    radius[node] = Math.sqrt(most) * (1 + (dim + 4) * Number.EPSILON);
  }
  return radius;
}

/** E‖z − m‖²/ρ² from the second moments 2c_{2e_j}, enlarged beyond their rounding. */
function flatness(values: Float64Array, { count, lower, powers, dim, upTo }: MultiIndices): Float64Array {
  const pure: number[] = [];
  for (let a = upTo[1] ?? 0; a < (upTo[2] ?? 0); a++) {
    if (powers.subarray(a * dim, (a + 1) * dim).includes(2) && lower[a * dim] !== undefined) pure.push(a);
  }
  const out = new Float64Array(values.length / count);
  for (let node = 0; node < out.length; node++) {
    const trace = pure.reduce((sum, a) => sum + 2 * (values[node * count + a] ?? 0), 0);
    out[node] = Math.min(1, trace * (1 + 1e-9) + 1e-9);
  }
  return out;
}

/** The longest path of shifts down to a leaf with that leaf's radius, over the radius of the node. */
function paths({ dim, depth }: Pick<AtomTree, "dim" | "depth">, mean: Float64Array, radius: Float64Array): Float64Array {
  const longest = Float64Array.from(radius);
  for (let node = 2 ** depth - 2; node >= 0; node--) {
    let most = 0;
    for (const child of [2 * node + 1, 2 * node + 2]) {
      let squared = 0;
      for (let d = 0; d < dim; d++) squared += ((mean[child * dim + d] ?? 0) - (mean[node * dim + d] ?? 0)) ** 2;
      most = Math.max(most, Math.sqrt(squared) + (longest[child] ?? 0));
    }
    longest[node] = most;
  }
  return longest.map((length, node) => ((radius[node] ?? 0) > 0 ? (1 + 1e-9) * Math.max(1, length / (radius[node] ?? 1)) : 1));
}

/** The largest weight and the first atom of every node. */
function extremes(tree: Pick<AtomTree, "size" | "depth" | "logWeights" | "atomAt">): Pick<TreeNodes, "heaviest" | "first"> {
  const heaviest = new Float64Array(nodesOf(tree.depth)).fill(-Infinity);
  const first = new Uint32Array(nodesOf(tree.depth)).fill(0xffffffff);
  for (let node = heaviest.length - 1; node >= 0; node--) {
    if (levelOf(node) < tree.depth) {
      heaviest[node] = Math.max(heaviest[2 * node + 1] ?? 0, heaviest[2 * node + 2] ?? 0);
      first[node] = Math.min(first[2 * node + 1] ?? 0, first[2 * node + 2] ?? 0);
      continue;
    }
    for (let i = startOf(tree, node); i < endOf(tree, node); i++) {
      heaviest[node] = Math.max(heaviest[node] ?? 0, tree.logWeights[i] ?? 0);
      first[node] = Math.min(first[node] ?? 0, tree.atomAt[i] ?? 0);
    }
  }
  return { heaviest, first };
}
