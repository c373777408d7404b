/** Where the rows of numbers of an uncompressed array file lie, so that some may be read without the others. */
export interface RowLayout {
  /** N. */
  readonly rows: number;
  /** D. */
  readonly columns: number;
  /** The shape in the file. */
  readonly shape: readonly number[];
  /** The byte at which row 0 begins. */
  readonly start: number;
  /** Bytes of one row. */
  readonly rowBytes: number;
  /** Whether all numbers are whole and between 0 and 255. */
  readonly isByte: boolean;
  /** The numbers of the bytes of whole rows; exact. */
  readonly decode: (bytes: Uint8Array) => Float64Array;
}

/** The layout of row-major elements of `size` bytes with the given shape: a vector is rows of one, [N, …] rows of the rest. */
export function rowLayout(
  shape: readonly number[],
  { start, size, isByte }: { readonly start: number; readonly size: number; readonly isByte: boolean },
  decode: (bytes: Uint8Array) => Float64Array,
): RowLayout {
  const [rows = 0] = shape;
  const columns = shape.slice(1).reduce((product, length) => product * length, 1);
  if (shape.length > 0 && rows > 0 && columns > 0) {
    return { rows, columns, shape, start, rowBytes: columns * size, isByte, decode };
  }
  throw new RangeError(`Cannot use an array as rows: its shape is [${shape.join(", ")}]; expected [N, D], both from 1`);
}
