import { type DataOf, type Dtype, LAYOUT } from "./dtype.js";

/** An array of numbers with a shape, row-major: the last index runs fastest. `[]` is the shape of one number. */
export type NdArray = {
  [K in Dtype]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: DataOf[K] };
}[Dtype];

/** Arrays by name, as an npz or safetensors file holds them. */
export type NamedArrays = Readonly<Record<string, NdArray>>;

/**
 * The number of elements of a shape, ∏ shape; 1 for `[]`, 0 as soon as one length is 0.
 * @throws RangeError when a length is not a whole number ≥ 0, or the product exceeds 2^53 − 1.
 */
export function countOf(shape: readonly number[]): number {
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new RangeError(`Cannot count elements: shape is [${shape.join(", ")}]; expected whole numbers from 0`);
  }
  const count = shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count)) {
    throw new RangeError(`Cannot count elements: shape is [${shape.join(", ")}]; expected at most 2^53 - 1 elements`);
  }
  return count;
}

/**
 * How many bytes a shape takes that a file declares, at `size` bytes an element.
 * @throws SyntaxError when that is no possible count: the file is wrong, not the caller.
 */
export function declaredBytes(shape: readonly number[], size: number, what: string): number {
  try {
    const bytes = countOf(shape) * size;
    if (Number.isSafeInteger(bytes)) return bytes;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new SyntaxError(
    `Cannot read ${what}: shape [${shape.join(", ")}] has too many elements; expected at most 2^53 - 1 bytes`,
  );
}

/**
 * Throws unless shape, dtype and data of an array agree.
 * @throws RangeError when the shape does not hold as many elements as the data.
 * @throws TypeError when the data are not the typed array of the dtype.
 */
export function requireConsistent(array: NdArray): void {
  const { dtype, shape, data } = array;
  const count = countOf(shape);
  if (data.length !== count) {
    throw new RangeError(
      `Cannot use an array: shape [${shape.join(", ")}] has ${count} elements, data has ${data.length}; expected equal counts`,
    );
  }
  const expected = LAYOUT[dtype].view(new ArrayBuffer(0))[Symbol.toStringTag];
  if (data[Symbol.toStringTag] !== expected) {
    throw new TypeError(`Cannot use an array of ${dtype}: data is a ${data[Symbol.toStringTag]}; expected a ${expected}`);
  }
}

/**
 * An array of the given shape over `data`; does not copy.
 * @throws RangeError when the shape does not hold as many elements as `data`.
 * @throws TypeError when `data` is not the typed array of `dtype`.
 */
export function ndArray<K extends Dtype>(dtype: K, shape: readonly number[], data: DataOf[K]): NdArray {
  const array = { dtype, shape: [...shape], data } as NdArray; // the mapped union cannot follow a generic K
  requireConsistent(array);
  return array;
}
