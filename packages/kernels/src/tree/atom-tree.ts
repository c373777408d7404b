import type { MultiIndices } from "./multi-index.js";

/**
 * Atoms of low dimension in a balanced tree, all in flat arrays that a worker can be handed. Node n of level L has the children
 * 2n + 1 and 2n + 2, node j of level L holds the places ⌊jN/2^L⌋ to ⌊(j + 1)N/2^L⌋, all leaves have one level: nothing else says
 * how the tree hangs together.
 */
export interface AtomTree {
  /** N. */
  readonly size: number;
  /** D. */
  readonly dim: number;
  /** The level of the leaves; 2^(depth + 1) − 1 nodes. */
  readonly depth: number;
  /** The atom at every place, [N]: its row in the data as given. */
  readonly atomAt: Uint32Array;
  /** z of every place, [N, D]. */
  readonly places: Float64Array;
  /** log π of every place, [N]. */
  readonly logWeights: Float64Array;
  /** max log π. */
  readonly heaviestOfAll: number;
  /** Whether all weights are equal: then the sums of π and of π² are in proportion. */
  readonly equalWeights: boolean;
  readonly nodes: TreeNodes;
  /** E_π of the monomials about the node's mean. */
  readonly moments: NodeMoments;
  /** The same under π²/Σπ² and under π·log(π/max π)/Σπ; absent where all weights are equal. */
  readonly squared?: NodeMoments;
  readonly surprise?: NodeMoments;
}

/** What bounds need to know of K nodes. */
export interface TreeNodes {
  /** m, the mean of the atoms under π, up to rounding: every bound takes it as any point, [K, D]. */
  readonly mean: Float64Array;
  /** log Σπ, [K]; −∞ for a node without weight. */
  readonly logMass: Float64Array;
  /** log Σπ², [K]. */
  readonly logSquares: Float64Array;
  /** ρ ≥ max ‖z − m‖, [K]. */
  readonly radius: Float64Array;
  /** κ ≥ E_π‖z − m‖²/ρ², at most 1, [K]. */
  readonly flatness: Float64Array;
  /** The same under π², [K]. */
  readonly flatnessSquared: Float64Array;
  /** Largest sum of shifts from the node to a leaf and that leaf's radius, over ρ, [K]: how far rounding of moments has come. */
  readonly path: Float64Array;
  /** The corners of the smallest box around the atoms, [K, D] each. */
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
  /** max log π, [K]. */
  readonly heaviest: Float64Array;
  /** The first atom in the order of the data, [K]. */
  readonly first: Uint32Array;
}

/** Scaled moments c_a = E[((z − m)/ρ)^a]/a! of every node, [K, count]; ρ counts as 1 where it is 0. */
export interface NodeMoments {
  readonly indices: MultiIndices;
  readonly values: Float64Array;
}

/** Number of nodes of a tree whose leaves are on level `depth`. */
export const nodesOf = (depth: number): number => 2 ** (depth + 1) - 1;

/** The level of a node. */
export const levelOf = (node: number): number => 31 - Math.clz32(node + 1);

/** The first place of a node; its last is before `endOf`. */
export function startOf({ size }: Pick<AtomTree, "size">, node: number): number {
  const level = levelOf(node);
  const across = 1 << level;
  return Math.floor(((node + 1 - across) * size) / across);
}

/** One past the last place of a node. */
export function endOf({ size }: Pick<AtomTree, "size">, node: number): number {
  const level = levelOf(node);
  const across = 1 << level;
  return Math.floor(((node + 2 - across) * size) / across);
}
