import type { Arena } from "./arena.js";

/** Rows of numbers in the memory of a pool: floats or doubles, rows `stride` bytes apart, padded with zeros. */
export interface RowMatrix {
  readonly kind: "f32" | "f64";
  readonly address: number;
  readonly rows: number;
  readonly columns: number;
  /** Bytes from one row to the next, a multiple of 64. */
  readonly stride: number;
  /** Rows that are there, `rows` and zeros after them: a multiple of 4. */
  readonly padded: number;
}

/** Bytes a number takes. */
const BYTES = { f32: 4, f64: 8 } as const;

/**
 * A matrix of zeros. Rows are whole cache lines, and their distance is no multiple of 1 KiB, because such rows would
 * push each other out of the caches.
 */
export function rowMatrix(arena: Arena, kind: RowMatrix["kind"], rows: number, columns: number): RowMatrix {
  const lines = Math.ceil((columns * BYTES[kind]) / 64);
  const stride = 64 * (lines % 16 === 0 ? lines + 1 : lines);
  const padded = 4 * Math.ceil(rows / 4);
  const address = arena.allocate(padded * stride);
  const words = (padded * stride) / 4;
  arena.i32(address, words).fill(0);
  return { kind, address, rows, columns, stride, padded };
}

/** Copies rows of numbers into a matrix, from row `from` on; `data` is [count, columns], row-major. */
export function fillRows(
  arena: Arena,
  to: RowMatrix,
  data: ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> },
  from = 0,
): void {
  const { columns, stride } = to;
  const count = data.length / columns;
  const skip = stride / BYTES[to.kind];
  const all = arena[to.kind](to.address, to.padded * skip);
  for (let r = 0; r < count; r++) all.set(data.subarray(r * columns, (r + 1) * columns), (from + r) * skip);
}

/** Row r of a matrix, as the kernels left it. */
export function readRow(arena: Arena, { kind, address, columns, stride }: RowMatrix, r: number): Float32Array | Float64Array {
  return arena[kind](address + r * stride, columns);
}

/** Bytes of a row that products read: whole cache lines of floats. */
export function widthOf({ kind, columns }: RowMatrix): number {
  return 64 * Math.ceil((columns * BYTES[kind]) / 64);
}
