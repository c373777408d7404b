import type { AtomTree } from "./atom-tree.js";
import { type Block, emptyTile, type Grid, type GridTile, gridPoint, requireGrid } from "./grid.js";
import { interpolateBlock } from "./grid-interpolation.js";
import { type GridSolver, taskOf, type WalkedBlock, writeBlock } from "./grid-solver.js";
import { startFrom, type Tile, type WalkStart } from "./interactions.js";
import { emptySums, listSums, type Places, placePole } from "./list-sums.js";
import { planeSums } from "./plane-sums.js";
import type { Kernel } from "./top-atoms.js";
import { walker } from "./walker.js";

/** What is asked of a grid. */
export interface GridOptions {
  /** The bound of every mean, relative to the radius of the data. */
  readonly epsilon: number;
  /** Points a side of the tiles that are yielded. @defaultValue 64 */
  readonly tile?: number;
}

/** A tree with the lengths that bounds need: a `TreeBackend` is one. */
export interface GridSource {
  readonly tree: AtomTree;
  /** max ‖z − c‖ about some c. */
  readonly radius: number;
  /** max ‖z‖. */
  readonly norm: number;
}

/**
 * The posterior at all points of a grid, tile by tile, certified. Neighbours share one walk through the tree, whose bounds hold
 * for all of them, and where the posterior changes little over a block they share its sums too, by interpolation; blocks are
 * halved until that pays. Every point has its own bound. A point whose bound rounding keeps above ε is written with the
 * bound that was reached.
 * @throws RangeError for a grid that does not fit the data, or an epsilon that is not positive.
 */
export function* scanGrid(
  source: GridSource,
  grid: Grid,
  kernel: Kernel,
  options: GridOptions,
): Generator<GridTile, void, undefined> {
  const { tree } = source;
  const { epsilon, tile: side = 64 } = options;
  requireGrid(grid, tree.dim);
  requireKernel(kernel, epsilon);
  const solver = newSolver(source, grid, kernel, { epsilon, tile: side });
  for (let row = 0; row < grid.rows; row += side) {
    for (let column = 0; column < grid.columns; column += side) {
      const block = { column, row, columns: Math.min(side, grid.columns - column), rows: Math.min(side, grid.rows - row) };
      const tile = emptyTile(block, tree.dim);
      const waiting: Waiting[] = [{ block, start: undefined }];
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) waiting.push(...solveBlock(solver, tile, next));
      yield tile;
    }
  }
}

function requireKernel({ alpha, variance }: Kernel, epsilon: number): void {
  if (alpha >= 0 && alpha < Infinity && variance > 0 && 0.5 / variance < Infinity && epsilon > 0) return;
  throw new RangeError(
    `Cannot scan a grid at α = ${alpha}, variance ${variance}, epsilon ${epsilon}; expected α ≥ 0, a positive variance and a positive epsilon`,
  );
}

/** The quarters of a block, or its halves where it is a line or twice as long as it is wide. */
function parts({ column, row, columns, rows }: Block): readonly Block[] {
  const across = 2 * columns > rows && columns > 1 ? [0, columns >> 1, columns] : [0, columns];
  const along = 2 * rows > columns && rows > 1 ? [0, rows >> 1, rows] : [0, rows];
  return along.slice(1).flatMap((bottom, a) =>
    across.slice(1).map((right, b) => {
      const [left, top] = [across[b] ?? 0, along[a] ?? 0];
      return { column: column + left, row: row + top, columns: right - left, rows: bottom - top };
    }),
  );
}

/** Blocks with a side of at most this many points are not interpolated; where they reach further than `FLAT`, larger ones neither. */
const SMALL = 4;
const MIDDLE = 8;
const FLAT = 0.5;
/** A block reaches at most this many standard deviations of the noise from its centre. */
const REACH = 2.5;
/** Up to this reach it is worth a walk to know what matters to its parts, if that is little. */
const COARSE = 12;
/** Where many nodes matter, a block that is summed point by point is halved until it reaches no further than this. */
const NARROW = 1;
const MANY = 32;
/** What every walk may drop, of ε: there are at most some twelve on the way to a single point. */
const SHARE = 1 / 160;
/** How often a block is tried with a smaller allowance before it is split, or left with the bound that it has. */
const ATTEMPTS = 4;

/** A block to be solved, and what the walk of the block around it has left. */
interface Waiting {
  readonly block: Block;
  readonly start: WalkStart | undefined;
}

/** Fills the block, or gives the parts that must be solved instead. */
function solveBlock(solver: GridSolver, out: GridTile, { block, start }: Waiting): readonly Waiting[] {
  const { epsilon, radius, kernel, tree, grid } = solver;
  const tile = tileOf(grid, block, tree.dim);
  const reach = Math.max(...tile.halves.map((e) => Math.hypot(...e))) / Math.sqrt(kernel.variance);
  if (reach > REACH) return split(block, reach > COARSE ? start : (prune(solver, out, tile, start) ?? start));
  const side = Math.min(block.columns, block.rows);
  const interpolates = side > (reach > FLAT ? MIDDLE : SMALL);
  const many = (start?.nodes.length ?? 0) > 4 * MANY;
  if (!interpolates && many && reach > NARROW) return split(block, start);
  let part = interpolates ? 0.1 : 0.8;
  for (let attempt = 1; ; attempt++) {
    const list = solver.walk(tile, kernel, { mean: part * epsilon * radius, share: SHARE * epsilon }, start);
    out.visits += list.visits;
    const walked = { tile, list, block };
    const evaluates = !interpolates && (reach <= NARROW || list.count <= MANY);
    const excess = interpolates
      ? interpolateBlock(solver, out, walked)
      : evaluates
        ? evaluateBlock(solver, out, walked)
        : undefined;
    if (excess !== undefined && excess <= 1) return [];
    const single = block.columns * block.rows === 1;
    const expands = list.orders.subarray(0, list.count).some((order) => order > 0);
    if (excess === undefined || attempt === ATTEMPTS || !expands) return single ? [] : split(block, startFrom(list));
    part *= 0.5 / excess;
  }
}

function split(block: Block, start: WalkStart | undefined): readonly Waiting[] {
  return parts(block).map((part) => ({ block: part, start }));
}

/** What a block that is too large to be summed leaves of a tree, if that is little: its parts need not start at the root. */
function prune(
  { walk, kernel, epsilon, radius }: GridSolver,
  out: GridTile,
  tile: Tile,
  start: WalkStart | undefined,
): WalkStart | undefined {
  const list = walk(tile, kernel, { mean: epsilon * radius, share: SHARE * epsilon, most: 4 * MANY }, start);
  out.visits += list.visits;
  return list.complete ? startFrom(list) : undefined;
}

/** The centre of a block and the vectors to its sides. */
function tileOf(grid: Grid, { column, row, columns, rows }: Block, dim: number): Tile {
  const centre = gridPoint(grid, column + (columns - 1) / 2, row + (rows - 1) / 2, new Float64Array(dim));
  return { centre, halves: [grid.right.map((v) => (v * (columns - 1)) / 2), grid.down.map((v) => (v * (rows - 1)) / 2)] };
}

/** Every point of a block by itself, from the shared list, as `writeBlock` does. */
function evaluateBlock(solver: GridSolver, out: GridTile, walked: WalkedBlock): number {
  const { block, list } = walked;
  placePole(solver.tree, list, solver.pole, list.anchor);
  const places: Places = { across: equallySpaced(block.columns), along: equallySpaced(block.rows), even: true };
  const sums = solver.sum({ ...taskOf(solver, walked), places });
  out.terms += sums.terms;
  return writeBlock(solver, out, walked, sums);
}

/** From −1 to 1. */
function equallySpaced(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => (count === 1 ? 0 : (2 * k) / (count - 1) - 1));
}

/** What serves all blocks of a grid. */
function newSolver(
  { tree, radius, norm }: GridSource,
  grid: Grid,
  kernel: Kernel,
  { epsilon, tile }: Required<GridOptions>,
): GridSolver {
  const places = Math.max(144, SMALL * tile);
  const parallel = tree.dim === 2 && grid.right[1] === 0 && grid.down[0] === 0;
  return {
    tree,
    radius,
    norm,
    grid,
    kernel,
    epsilon,
    walk: walker(tree),
    sum: parallel ? planeSums(tree, places) : listSums(tree, places),
    pole: { at: new Float64Array(tree.dim), errors: new Float64Array(2 ** tree.depth) },
    block: emptySums(tree, tile * tile),
    errors: new Float64Array(6 * 2 ** tree.depth),
    schemes: new Map(),
    tables: new Map(),
  };
}
