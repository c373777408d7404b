import type { Points } from "@fluxion/core";

/** Rows [from, to) of a batch, run by a program that is compiled for `rows` ≥ to − from of them. */
export interface RowChunk {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** Most rows of one run: activations of a 1024-wide layer are then 4 MiB. */
const MOST_ROWS = 1024;
/** Most operations of one run: what a convolution computes for a point it also keeps for it. */
const MOST_FLOPS = 2 ** 33;
const ROW_STEP = 64;

/**
 * How many rows to compile for: the next power of two up to 64, then the next multiple of 64. At most 22 programs ever
 * exist, and less than half of a run is padding.
 */
export function programRows(count: number): number {
  return count <= ROW_STEP ? 2 ** Math.ceil(Math.log2(count)) : ROW_STEP * Math.ceil(count / ROW_STEP);
}

/** Cuts `size` rows into runs, of fewer rows for a network of many operations. */
export function rowChunks(size: number, { flopsPerPoint }: { readonly flopsPerPoint: number }): readonly RowChunk[] {
  const most = Math.min(MOST_ROWS, Math.max(ROW_STEP, 2 ** Math.floor(Math.log2(MOST_FLOPS / Math.max(flopsPerPoint, 1)))));
  return Array.from({ length: Math.ceil(size / most) }, (_, i) => {
    const from = i * most;
    const to = Math.min(from + most, size);
    return { from, to, rows: programRows(to - from) };
  });
}

/** The rows of a chunk in float32, [rows, width], padded with zeros. */
export function readChunk({ from, to, rows }: RowChunk, data: Float64Array, width: number): Float32Array {
  const out = new Float32Array(rows * width);
  out.set(data.subarray(from * width, to * width));
  return out;
}

/** Writes the rows of a chunk back, without the padding. */
export function writeChunk({ from, to }: RowChunk, values: Float32Array, out: Points): void {
  out.data.set(values.subarray(0, (to - from) * out.dim), from * out.dim);
}
