import { gamma } from "@fluxion/core";
import type { AtomTree } from "./atom-tree.js";
import type { Interpolation } from "./chebyshev.js";
import type { Block, Grid, GridTile } from "./grid.js";
import type { Interactions, Tile, Walk } from "./interactions.js";
import { type BlockSums, type Pole, type SumBlock, type SumTask, UNSEEN } from "./list-sums.js";
import type { Kernel } from "./top-atoms.js";

/** What the blocks of a grid are solved with; the arrays are scratch. */
export interface GridSolver {
  readonly tree: AtomTree;
  /** max ‖z − c‖ about some c, and max ‖z‖. */
  readonly radius: number;
  readonly norm: number;
  readonly walk: Walk;
  readonly sum: SumBlock;
  readonly grid: Grid;
  readonly kernel: Kernel;
  readonly epsilon: number;
  readonly pole: Pole;
  /** The sums of a block before they are written. */
  readonly block: BlockSums;
  /** Numbers of the nodes of a list, [count, 6]. */
  readonly errors: Float64Array;
  /** Interpolations by size, and Lagrange polynomials by size and number of places. */
  readonly schemes: Map<number, Interpolation>;
  readonly tables: Map<string, Float64Array>;
}

/** A block with its walk. */
export interface WalkedBlock {
  readonly block: Block;
  readonly tile: Tile;
  readonly list: Interactions;
}

/** What a walked block is summed for. */
export function taskOf({ kernel, pole }: GridSolver, { tile, list }: WalkedBlock): Omit<SumTask, "places"> {
  return { list, tile, pole, kernel };
}

/** Relative rounding of the sums of a list at one place. */
export function sumRounding({ terms }: BlockSums, places: number, { tree }: GridSolver): number {
  return gamma(terms / places + 2 * Math.sqrt(places) + 4 * tree.dim + 4 * tree.moments.indices.order + 64);
}

/**
 * Writes the means of a block and their bounds; returns the largest bound relative to ε times the radius, 1 or less where all
 * are within. With A and E the errors of F = Σw and of
 * G = Σw(z − o): F(μ − μ̂) = G − (μ̂ − o)F, so that ‖μ − μ̂‖ ≤ (E + ‖μ̂ − o‖A)/(F̂ − A); then what was dropped, and the logits.
 */
export function writeBlock(solver: GridSolver, out: GridTile, walked: WalkedBlock, sums: BlockSums): number {
  const { tree, pole, radius, norm, epsilon } = solver;
  const { block, list } = walked;
  const { dim } = tree;
  const logit = logitRounding(solver, walked);
  const rounding = sumRounding(sums, block.columns * block.rows, solver);
  const unseen = 16 * tree.size * UNSEEN; // an interpolant may be some seven times as large
  // what was kept lies in a ball of radius reach/α about x/α, and wrong weights move its mean no further than across it
  const across = 2 * Math.min(radius, solver.kernel.alpha > 0 ? list.reach / solver.kernel.alpha : radius);
  const always = 4 * Number.EPSILON * norm + across * Math.tanh(logit / 2) + rounding * 4 * radius;
  const constants = logConstants(solver, walked);
  let worst = 0;
  for (let row = 0, at = 0; row < block.rows; row++) {
    let b = (block.row + row - out.row) * out.columns + block.column - out.column;
    for (let column = 0; column < block.columns; column++, at++, b++) {
      const mass = sums.mass[at] ?? 0;
      let drift = 0; // ‖μ̂ − o‖²
      for (let d = 0; d < dim; d++) {
        const moved = (sums.moment[d]?.[at] ?? 0) / mass;
        out.mean.data[b * dim + d] = (pole.at[d] ?? 0) + moved;
        drift += moved * moved;
      }
      const massError = (sums.massError[at] ?? 0) + rounding * mass;
      const least = mass - massError;
      const share = list.share + unseen / least;
      const valid = least > 0 && share < 1;
      const within = ((sums.momentError[at] ?? 0) + Math.sqrt(drift) * massError) / least + always + 2 * radius * share;
      const bound = valid ? Math.min(within * (1 + 1e-12), 2 * radius) : 2 * radius;
      out.bound[b] = bound;
      out.logMass[b] = constants(column, row) + Math.log(mass);
      out.logBound[b] = valid ? 2 * logit + Math.log(mass / least) - Math.log1p(-share) + 1e-14 : Infinity;
      if (bound > worst) worst = bound;
    }
  }
  return worst / (epsilon * radius);
}

/**
 * log Σπ exp(−‖x − αz‖²/2v) − log F = floor + (α/v)(x − c)·o − (‖x‖² − ‖c‖²)/2v, by row and column; the last difference is
 * (x − c)·(x + c).
 */
function logConstants(
  { pole, kernel, tree }: GridSolver,
  { block, tile, list }: WalkedBlock,
): (column: number, row: number) => number {
  const { alpha, variance } = kernel;
  const step = (index: number, count: number): number => (count === 1 ? 0 : (2 * index) / (count - 1) - 1);
  return (column, row) => {
    const [s, t] = [step(column, block.columns), step(row, block.rows)];
    let sum = 0;
    for (let d = 0; d < tree.dim; d++) {
      const shift = s * (tile.halves[0]?.[d] ?? 0) + t * (tile.halves[1]?.[d] ?? 0);
      sum += shift * (alpha * (pole.at[d] ?? 0) - (tile.centre[d] ?? 0) - shift / 2);
    }
    return list.floor + sum / variance;
  };
}

/** Rounding of the logits that were kept: of squares, of αz, of the place on the grid, of what is added to them. */
export function logitRounding({ tree, kernel, norm }: GridSolver, { list, tile }: WalkedBlock): number {
  const u = Number.EPSILON / 2;
  const { alpha, variance } = kernel;
  const { reach } = list;
  const far = Math.hypot(...tile.centre) + tile.halves.reduce((sum, e) => sum + Math.hypot(...e), 0);
  const lost = 1.01 * u * alpha * norm + 16 * u * far;
  const squares = gamma(2 * tree.dim + 16) * reach * reach + 4 * reach * lost + lost * lost;
  const weights = Math.abs(tree.heaviestOfAll) + Math.log(tree.size) + Math.abs(list.floor);
  return squares / (2 * variance) + (64 + 4 * (tree.dim + 4) * (tree.moments.indices.order + 1) + 8 * weights) * u;
}
