import { type DataOf, type Dtype, type NdArray, requireConsistent } from "../array/index.js";

/** Element types of ONNX tensors that can be written: those of arrays, and float16. */
export type OnnxDtype = Dtype | "float16";

/** An array as an ONNX tensor; the elements of float16 are its sixteen-bit patterns. */
export type OnnxTensor =
  | NdArray
  | { readonly dtype: "float16"; readonly shape: readonly number[]; readonly data: DataOf["uint16"] };

/** A length known now, or the name of one that is known when the model runs; equal names are equal lengths. */
export type Dimension = number | string;

/** `TensorProto.DataType`. */
const CODE: { readonly [K in OnnxDtype]: number } = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
};

/** The number of an element type in ONNX files. @throws TypeError for a type that is not one of theirs. */
export function elementCode(dtype: OnnxDtype, what: string): number {
  if (Object.hasOwn(CODE, dtype)) return CODE[dtype];
  throw new TypeError(`Cannot write ONNX: ${what} has dtype "${dtype}"; expected one of ${Object.keys(CODE).join(", ")}`);
}

/** The tensor as an array of the same bytes. @throws RangeError or TypeError when shape, dtype and data disagree. */
export function storedArray(tensor: OnnxTensor): NdArray {
  const array: NdArray = tensor.dtype === "float16" ? { ...tensor, dtype: "uint16" } : tensor;
  requireConsistent(array);
  return array;
}
