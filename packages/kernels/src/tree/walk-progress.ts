import type { AtomTree } from "./atom-tree.js";
import type { Allowance, Interactions, Tile } from "./interactions.js";

/** What rounding may do to a difference of logits, relative to the logits. */
export const SLACK = 1e-13;

/** One walk: constants of the tile and what it has found so far. */
export interface WalkProgress {
  readonly tree: AtomTree;
  readonly out: Interactions;
  readonly tails: Float64Array;
  /** Σ J and Σ J m of the nodes in the list, relative to e^top; and with those of the level. */
  readonly settled: { mass: number; readonly moment: Float64Array };
  readonly level: { mass: number; readonly moment: Float64Array };
  readonly rounding: number;
  /** 1/p!, p the order of the expansions. */
  readonly leading: number;
  /** ‖c − αm‖² and J of the nodes on the frontier. */
  readonly distances: Float64Array;
  readonly weights: Float64Array;
  /** Of the node that was looked at last. */
  noise: number;
  tile: Tile;
  /** The e_j, one after the other. */
  readonly sides: Float64Array;
  /** The longest of all s₁e₁ + s₂e₂ + …. */
  span: number;
  /** α, 1/2v, α/v. */
  alpha: number;
  half: number;
  tilt: number;
  allowance: Allowance;
  top: number;
  /** What is left of the share that may be dropped, and the log of an eighth of it. */
  left: number;
  droppable: number;
  /** A share so small that it need not be known better, and its log. */
  crumb: number;
  logCrumb: number;
}
