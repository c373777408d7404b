import type { NdArray } from "./nd-array.js";
import { ndArray } from "./nd-array.js";

/** out[i₀, i₁, …] of row-major `out` = source[i₀, i₁, …] of column-major `source`, whose first index runs fastest. */
function reorder<T>(source: ArrayLike<T>, shape: readonly number[], out: { [index: number]: T }): void {
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  let from = 0;
  for (let to = 0; to < source.length; to++) {
    out[to] = source[from] as T;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] ?? 1;
      const stride = strides[axis] ?? 1;
      const next = (index[axis] ?? 0) + 1;
      from += stride;
      index[axis] = next;
      if (next < length) break;
      from -= stride * length;
      index[axis] = 0;
    }
  }
}

/** The row-major array of the same shape and elements as `array`, whose data are in Fortran (column-major) order. */
export function fromFortran(array: NdArray): NdArray {
  if (array.shape.length < 2) return array;
  if (array.dtype === "int64") {
    const data = new BigInt64Array(array.data.length);
    reorder<bigint>(array.data, array.shape, data);
    return ndArray("int64", array.shape, data);
  }
  const data = array.data.slice();
  reorder<number>(array.data, array.shape, data);
  return { ...array, data } as NdArray; // slice() keeps the class of the typed array
}
