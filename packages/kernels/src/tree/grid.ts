import { type Points, zeros } from "@fluxion/core";

/** Points origin + column·right + row·down of a plane in R^D: a viewport, or a slice through higher dimensions. */
export interface Grid {
  /** The point of column 0 and row 0, [D]. */
  readonly origin: Float64Array;
  /** From one column to the next, [D]. */
  readonly right: Float64Array;
  /** From one row to the next, [D]. */
  readonly down: Float64Array;
  readonly columns: number;
  readonly rows: number;
}

/** A rectangle of a grid. */
export interface Block {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

/** The posterior over the points of a block, row by row, with a bound for each. */
export interface GridTile extends Block {
  /** E[z|x] over the atoms, [rows·columns, D]. */
  readonly mean: Points;
  /** No less than the error of each mean, in the units of the data. */
  readonly bound: Float64Array;
  /** log Σπ exp(−‖x − αz‖²/2v): log p_t(x) is this − (D/2) log(2πv). */
  readonly logMass: Float64Array;
  /** No less than the error of each logMass, nats. */
  readonly logBound: Float64Array;
  /** Nodes looked at, and nodes expanded and atoms weighed, over all points. */
  visits: number;
  terms: number;
}

/** Every `stride`-th column and row: a first picture. */
export function coarseGrid({ origin, right, down, columns, rows }: Grid, stride: number): Grid {
  return {
    origin,
    right: right.map((v) => v * stride),
    down: down.map((v) => v * stride),
    columns: Math.ceil(columns / stride),
    rows: Math.ceil(rows / stride),
  };
}

/** The point of a column and a row, which need not be integers, into `out`. */
export function gridPoint({ origin, right, down }: Grid, column: number, row: number, out: Float64Array): Float64Array {
  for (let d = 0; d < out.length; d++) out[d] = (origin[d] ?? 0) + column * (right[d] ?? 0) + row * (down[d] ?? 0);
  return out;
}

/** A tile of nothing yet. */
export function emptyTile(block: Block, dim: number): GridTile {
  const size = block.columns * block.rows;
  return {
    ...block,
    mean: zeros(size, dim),
    bound: new Float64Array(size),
    logMass: new Float64Array(size),
    logBound: new Float64Array(size),
    visits: 0,
    terms: 0,
  };
}

/** Throws unless a grid is finite and of the dimension of the data. */
export function requireGrid({ origin, right, down, columns, rows }: Grid, dim: number): void {
  const vectors = [origin, right, down];
  const fits = vectors.every((v) => v.length === dim && v.every(Number.isFinite));
  if (fits && Number.isInteger(columns) && Number.isInteger(rows) && columns >= 1 && rows >= 1) return;
  throw new RangeError(
    `Cannot scan a grid of ${columns} × ${rows} points with vectors of lengths ${vectors.map((v) => v.length).join(", ")}; expected at least 1 × 1 and finite vectors of length ${dim}`,
  );
}
