import type { NdArray } from "./nd-array.js";

/**
 * The elements as float64 numbers, every one exact; the array's own data, not a copy, when it is float64 already.
 * @throws RangeError when an int64 element lies outside ±(2^53 − 1), where float64 skips integers.
 */
export function toFloat64(array: NdArray): Float64Array {
  if (array.dtype === "float64") return array.data;
  if (array.dtype !== "int64") return new Float64Array(array.data);
  const out = new Float64Array(array.data.length);
  array.data.forEach((value, i) => {
    out[i] = Number(value);
    if (!Number.isSafeInteger(out[i])) {
      throw new RangeError(`Cannot convert int64 to float64: element ${i} is ${value}; expected at most 2^53 - 1 in magnitude`);
    }
  });
  return out;
}
