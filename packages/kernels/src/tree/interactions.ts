import type { AtomTree } from "./atom-tree.js";
import type { Kernel, TopAtoms } from "./top-atoms.js";

/** All points c + s₁e₁ + s₂e₂ with |s_j| ≤ 1: one point where there are no e_j. */
export interface Tile {
  /** c, [D]. */
  readonly centre: Float64Array;
  /** e_j, [D] each, at most two. */
  readonly halves: readonly Float64Array[];
}

/** What expansions and dropped nodes may cost. */
export interface Allowance {
  /** Of the mean, in the units of the data. */
  readonly mean: number;
  /** Of the mass: a share, besides what was dropped before a walk began. */
  readonly share: number;
  /** More nodes than this on a level end the walk, incomplete. @defaultValue all of them */
  readonly most?: number;
}

/** Which nodes stand for all atoms, for every x of a tile. The arrays belong to a walker and hold until its next walk. */
export interface Interactions {
  /** Whether the list stands for all atoms: false where a walk was ended. */
  complete: boolean;
  count: number;
  /** [count]. */
  readonly nodes: Int32Array;
  /** The order of the expansion that was found sufficient; 0 where the atoms themselves are wanted, [count]. */
  readonly orders: Uint8Array;
  /** Error of Σw over the node, relative to Π·e^{logit of its mean}, [count]. */
  readonly tailMass: Float64Array;
  /** Error of ‖Σw(z − m)‖ relative to the same, in the units of the data, [count]. */
  readonly tailMean: Float64Array;
  /** log Z(c) ≥ floor, and log Z(x) ≥ floor + (α/v)(x − c)·anchor − (‖x‖² − ‖c‖²)/2v over the tile. */
  floor: number;
  /** [D]. */
  readonly anchor: Float64Array;
  /** No less than the share of the mass of what was dropped, anywhere in the tile. */
  share: number;
  /** Atoms dropped. */
  dropped: number;
  /** No less than ‖x − αz‖ of any atom that was kept. */
  reach: number;
  /** Nodes looked at. */
  visits: number;
}

/** Where a walk begins instead of at the root: what a walk of a larger tile has kept, and the share that it dropped. */
export interface WalkStart {
  readonly nodes: Int32Array;
  readonly share: number;
  readonly dropped: number;
  /** An atom of large logit at the centre, where one is known. */
  readonly top?: TopAtoms;
}

/** The whole tree. */
export const ROOT: WalkStart = { nodes: new Int32Array(1), share: 0, dropped: 0 };

/** Finds the interactions of a tile, anew at every call. */
export type Walk = (tile: Tile, kernel: Kernel, allowance: Allowance, start?: WalkStart) => Interactions;

/**
 * The start of the walks of parts of a tile: what was kept, but parents instead of two expanded children, as a smaller tile may do
 * with less. Siblings follow each other in a list.
 */
export function startFrom({ nodes, orders, count, share, dropped }: Interactions): WalkStart {
  const start = new Int32Array(count);
  let size = 0;
  for (let k = 0; k < count; k++) {
    const node = nodes[k] ?? 0;
    const pair = node % 2 === 1 && k + 1 < count && nodes[k + 1] === node + 1;
    const merges = pair && (orders[k] ?? 0) > 0 && (orders[k + 1] ?? 0) > 0;
    start[size++] = merges ? (node - 1) / 2 : node;
    if (merges) k++;
  }
  return { nodes: start.subarray(0, size), share, dropped };
}

/** An empty list over a tree. */
export function emptyInteractions({ depth, dim }: Pick<AtomTree, "depth" | "dim">): Interactions {
  const width = 2 ** depth;
  return {
    complete: true,
    count: 0,
    nodes: new Int32Array(width),
    orders: new Uint8Array(width),
    tailMass: new Float64Array(width),
    tailMean: new Float64Array(width),
    floor: 0,
    anchor: new Float64Array(dim),
    share: 0,
    dropped: 0,
    reach: 0,
    visits: 0,
  };
}
