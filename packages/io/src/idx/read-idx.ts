import {
  type Dtype,
  declaredBytes,
  elementsOf,
  LAYOUT,
  type NdArray,
  ndArray,
  type RowLayout,
  rowLayout,
  toFloat64,
} from "../array/index.js";
import { section, sectionView } from "../bytes/index.js";

const DTYPE: ReadonlyMap<number, Dtype> = new Map([
  [0x08, "uint8"],
  [0x09, "int8"],
  [0x0b, "int16"],
  [0x0c, "int32"],
  [0x0d, "float32"],
  [0x0e, "float64"],
]);

/** Whether the bytes begin as an IDX file does: two zeros, a known type, at least one dimension. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && DTYPE.has(bytes[2] ?? 0) && (bytes[3] ?? 0) > 0;
}

/** What the header of an IDX file says. */
interface IdxHeader {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array, fileBytes: number): IdxHeader {
  const [zero, zero2, code = 0, dims = 0] = section(bytes, 0, 4, "idx magic");
  const dtype = DTYPE.get(code);
  if (zero !== 0 || zero2 !== 0 || !dtype) {
    throw new SyntaxError(
      `Cannot read idx: the file begins with ${[zero, zero2, code, dims].join(" ")}; expected 0 0, a type from 8 to 14, dimensions`,
    );
  }
  const lengths = sectionView(bytes, 4, 4 * dims, "idx lengths");
  const shape = Array.from({ length: dims }, (_, axis) => lengths.getUint32(4 * axis));
  const start = 4 + 4 * dims;
  const expected = declaredBytes(shape, LAYOUT[dtype].bytes, "idx");
  if (fileBytes - start !== expected) {
    throw new SyntaxError(
      `Cannot read idx: ${fileBytes - start} bytes follow the header; expected ${expected} for shape [${shape.join(", ")}] of ${dtype}`,
    );
  }
  return { dtype, shape, start };
}

/**
 * Reads an IDX file, the format of MNIST and Fashion-MNIST: big-endian lengths and elements behind a magic of four bytes.
 * @throws SyntaxError when the magic is another, or the file is cut short or longer than its lengths say.
 */
export function readIdx(bytes: Uint8Array): NdArray {
  const { dtype, shape, start } = readHeader(bytes, bytes.length);
  return ndArray(dtype, shape, elementsOf(dtype, bytes.subarray(start), "big"));
}

/** Bytes of the beginning of an IDX file that hold every header. */
export const IDX_PREFIX: number = 4 + 4 * 255;

/**
 * Where the rows of an IDX file of `fileBytes` bytes lie, from its first bytes.
 * @throws SyntaxError as `readIdx` does.
 */
export function idxRows(prefix: Uint8Array, fileBytes: number): RowLayout {
  const { dtype, shape, start } = readHeader(prefix, fileBytes);
  return rowLayout(shape, { start, size: LAYOUT[dtype].bytes, isByte: dtype === "uint8" }, (bytes) => {
    const elements = elementsOf(dtype, bytes, "big");
    return toFloat64(ndArray(dtype, [elements.length], elements));
  });
}
