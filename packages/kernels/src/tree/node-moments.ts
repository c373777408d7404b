import { type AtomTree, endOf, levelOf, type NodeMoments, nodesOf, startOf, type TreeNodes } from "./atom-tree.js";
import { type MultiIndices, monomials } from "./multi-index.js";

/** What moments are taken of: a density over places, whose sums over nodes are not zero where they are read. */
export interface Measure {
  /** f, [N]. */
  readonly density: Float64Array;
  /** What the sums of a node are divided by, [K]. */
  readonly total: Float64Array;
}

/**
 * c_a = Σ f·((z − m)/ρ)^a/a! / total for every node. Leaves are summed over their atoms; above, with Δ = m_child − m and
 * r = ρ_child/ρ, by the binomial theorem, which loses its binomials to the factorials:
 *
 *     c_a = Σ_children share · Σ_{b ≤ a} ((Δ/ρ)^{a−b}/(a − b)!) r^{|b|} c_b
 *
 * Rounding: every operation is relative to the sum of the absolute values, and translations by Δ add up along a path, so an
 * error that arises in a leaf and is carried up is at most η·(path)^{|a|}/a! with `momentRounding` η.
 */
export function nodeMoments(
  tree: Pick<AtomTree, "size" | "dim" | "depth" | "places">,
  nodes: Pick<TreeNodes, "mean" | "radius">,
  indices: MultiIndices,
  measure: Measure,
): NodeMoments {
  const { count } = indices;
  const K = nodesOf(tree.depth);
  const work: Work = {
    ...nodes,
    ...measure,
    values: new Float64Array(K * count),
    indices,
    shifts: shiftTable(indices),
    d: new Float64Array(tree.dim),
    powers: new Float64Array(count),
    moved: new Float64Array(count),
  };
  const firstLeaf = 2 ** tree.depth - 1;
  for (let node = firstLeaf; node < K; node++) leafMoments(work, tree, node);
  for (let node = firstLeaf - 1; node >= 0; node--) {
    addShifted(work, node, 2 * node + 1);
    addShifted(work, node, 2 * node + 2);
  }
  return { indices, values: work.values };
}

/** What the moments of one measure are summed with. */
interface Work extends Pick<TreeNodes, "mean" | "radius">, Measure {
  readonly values: Float64Array;
  readonly indices: MultiIndices;
  readonly shifts: Shifts;
  readonly d: Float64Array;
  readonly powers: Float64Array;
  readonly moved: Float64Array;
}

/** η: relative rounding of all moments and of a sum Σ_a c_a H_a, in units of path^{|a|}/a!, for leaves of at most `leaf` atoms. */
export function momentRounding({ count, order, dim }: MultiIndices, depth: number, leaf: number): number {
  return (leaf + count + 8 * order + 32 + depth * (count + 6 * order + dim + 16)) * Number.EPSILON;
}

const unit = (radius: number): number => (radius > 0 ? radius : 1);

function leafMoments(work: Work, tree: Pick<AtomTree, "size" | "dim" | "places">, node: number): void {
  const { mean, radius, density, total, values, indices, d, powers } = work;
  const { dim, places } = tree;
  const { count } = indices;
  const scale = 1 / unit(radius[node] ?? 0);
  const base = node * count;
  const sum = total[node] ?? 0;
  if (sum === 0) return;
  for (let i = startOf(tree, node); i < endOf(tree, node); i++) {
    for (let j = 0; j < dim; j++) d[j] = ((places[i * dim + j] ?? 0) - (mean[node * dim + j] ?? 0)) * scale;
    monomials(indices, d, powers);
    const share = (density[i] ?? 0) / sum;
    for (let a = 0; a < count; a++) values[base + a] = (values[base + a] ?? 0) + share * (powers[a] ?? 0);
  }
}

/** For every a the pairs with b + e = a: from `starts[a]` on. */
interface Shifts {
  readonly starts: Int32Array;
  readonly b: Int32Array;
  readonly e: Int32Array;
}

function shiftTable({ count, dim, powers, order }: MultiIndices): Shifts {
  const key = (at: (j: number) => number): string => Array.from({ length: dim }, (_, j) => at(j)).join();
  const numbers = new Map(Array.from({ length: count }, (_, k) => [key((j) => powers[k * dim + j] ?? 0), k]));
  const degree = (k: number): number => powers.subarray(k * dim, (k + 1) * dim).reduce((sum, v) => sum + v, 0);
  const pairs: [number, number][][] = Array.from({ length: count }, () => []);
  for (let p = 0; p < count; p++) {
    for (let q = 0; q < count && degree(p) + degree(q) <= order; q++) {
      const sum = numbers.get(key((j) => (powers[p * dim + j] ?? 0) + (powers[q * dim + j] ?? 0))) ?? -1;
      pairs[sum]?.push([p, q]);
    }
  }
  const starts = Int32Array.from([0, ...pairs.map((of) => of.length)]);
  for (let a = 0; a < count; a++) starts[a + 1] = (starts[a + 1] ?? 0) + (starts[a] ?? 0);
  return { starts, b: Int32Array.from(pairs.flat(), ([p]) => p), e: Int32Array.from(pairs.flat(), ([, q]) => q) };
}

/** Adds the moments of a child, moved to its parent's mean and scale. */
function addShifted(work: Work, node: number, child: number): void {
  const { mean, radius, total, values, indices, shifts, d, powers, moved } = work;
  const { count, dim, upTo, order } = indices;
  const sum = total[node] ?? 0;
  const mass = total[child] ?? 0;
  if (sum === 0 || mass === 0) return;
  const rho = unit(radius[node] ?? 0);
  for (let j = 0; j < dim; j++) d[j] = ((mean[child * dim + j] ?? 0) - (mean[node * dim + j] ?? 0)) / rho;
  monomials(indices, d, powers);
  const ratio = unit(radius[child] ?? 0) / rho;
  let weight = mass / sum;
  for (let degree = 0, k = 0; degree <= order; degree++, weight *= ratio) {
    for (; k < (upTo[degree] ?? 0); k++) moved[k] = (values[child * count + k] ?? 0) * weight;
  }
  const { starts, b, e } = shifts;
  for (let a = 0, k = 0; a < count; a++) {
    let value = 0;
    for (const to = starts[a + 1] ?? 0; k < to; k++) value += (powers[e[k] ?? 0] ?? 0) * (moved[b[k] ?? 0] ?? 0);
    values[node * count + a] = (values[node * count + a] ?? 0) + value;
  }
}

/** Sums of a density over every node, [K]. */
export function nodeSums(tree: Pick<AtomTree, "size" | "depth">, density: Float64Array): Float64Array {
  const sums = new Float64Array(nodesOf(tree.depth));
  for (let node = sums.length - 1; node >= 0; node--) {
    if (levelOf(node) < tree.depth) sums[node] = (sums[2 * node + 1] ?? 0) + (sums[2 * node + 2] ?? 0);
    else for (let i = startOf(tree, node); i < endOf(tree, node); i++) sums[node] = (sums[node] ?? 0) + (density[i] ?? 0);
  }
  return sums;
}
