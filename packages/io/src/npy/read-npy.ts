import {
  type ByteOrder,
  type Dtype,
  declaredBytes,
  elementsOf,
  fromFortran,
  halfToNumber,
  LAYOUT,
  type NdArray,
  ndArray,
  widen,
} from "../array/index.js";
import { readNpyHeader } from "./header.js";

const DTYPE: ReadonlyMap<string, Dtype | "float16"> = new Map<string, Dtype | "float16">([
  ["f8", "float64"],
  ["f4", "float32"],
  ["f2", "float16"],
  ["i8", "int64"],
  ["i4", "int32"],
  ["i2", "int16"],
  ["i1", "int8"],
  ["u4", "uint32"],
  ["u2", "uint16"],
  ["u1", "uint8"],
  ["b1", "bool"],
]);

/** What numpy's kinds of elements are called, for those that hold no real numbers. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["O", "Python objects"],
  ["S", "byte strings"],
  ["a", "byte strings"],
  ["U", "strings"],
  ["V", "raw bytes"],
  ["c", "complex numbers"],
  ["M", "dates"],
  ["m", "time spans"],
  ["u", "unsigned integers of 8 bytes"],
  ["f", "floats of an unusual size"],
]);

/** The element type that a descr of numpy means, and its byte order. @throws SyntaxError when it holds no real numbers. */
export function elementType(descr: string): { readonly dtype: Dtype | "float16"; readonly order: ByteOrder } {
  const mark = descr[0] ?? "";
  const dtype = DTYPE.get(descr.slice(1));
  const single = dtype !== undefined && dtype !== "float16" && LAYOUT[dtype].bytes === 1;
  if (dtype !== undefined && (mark === "<" || mark === ">" || (mark === "|" && single))) {
    return { dtype, order: mark === ">" ? "big" : "little" };
  }
  const kind = REFUSED.get("<>|=".includes(mark) ? (descr[1] ?? "") : mark) ?? "of an unknown type";
  throw new SyntaxError(
    `Cannot read npy: the elements are ${kind}, descr '${descr}'; expected one of ${[...DTYPE.keys()].join(", ")}, saved with astype`,
  );
}

/**
 * Reads an npy file of versions 1.0 to 3.0, of either byte order. Arrays in Fortran order are transposed to row-major;
 * float16 becomes float32, exactly. The result shares no memory with `bytes`.
 * @throws SyntaxError when the file is cut short or longer than its header says, damaged, or holds objects, strings or complex numbers.
 */
export function readNpy(bytes: Uint8Array): NdArray {
  const { descr, fortranOrder, shape, dataStart } = readNpyHeader(bytes);
  const { dtype, order } = elementType(descr);
  const size = dtype === "float16" ? 2 : LAYOUT[dtype].bytes;
  const expected = declaredBytes(shape, size, "npy");
  const data = bytes.subarray(dataStart);
  if (data.length !== expected) {
    throw new SyntaxError(
      `Cannot read npy: ${data.length} bytes follow the header; expected ${expected} for shape [${shape.join(", ")}] of '${descr}'`,
    );
  }
  const array =
    dtype === "float16"
      ? ndArray("float32", shape, widen(data, order, halfToNumber))
      : ndArray(dtype, shape, elementsOf(dtype, data, order));
  return fortranOrder ? fromFortran(array) : array;
}
