import {
  declaredBytes,
  elementsOf,
  halfToNumber,
  LAYOUT,
  ndArray,
  type RowLayout,
  rowLayout,
  toFloat64,
  widen,
} from "../array/index.js";
import { readNpyHeader } from "./header.js";
import { elementType } from "./read-npy.js";

/** Bytes of the beginning of an npy file that hold every header numpy writes for a plain array. */
export const NPY_PREFIX = 4096;

/**
 * Where the rows of an npy file lie, from its first bytes; undefined for Fortran order, whose rows lie scattered.
 * @throws SyntaxError as `readNpy` does, also when the file of `fileBytes` bytes is not as long as its header says.
 */
export function npyRows(prefix: Uint8Array, fileBytes: number): RowLayout | undefined {
  const { descr, fortranOrder, shape, dataStart } = readNpyHeader(prefix);
  const { dtype, order } = elementType(descr);
  const size = dtype === "float16" ? 2 : LAYOUT[dtype].bytes;
  const expected = declaredBytes(shape, size, "npy");
  if (fileBytes - dataStart !== expected) {
    throw new SyntaxError(
      `Cannot read npy: ${fileBytes - dataStart} bytes follow the header; expected ${expected} for shape [${shape.join(", ")}] of '${descr}'`,
    );
  }
  if (fortranOrder && shape.length > 1) return undefined;
  return rowLayout(shape, { start: dataStart, size, isByte: dtype === "uint8" || dtype === "bool" }, (bytes) => {
    if (dtype === "float16") return Float64Array.from(widen(bytes, order, halfToNumber));
    const elements = elementsOf(dtype, bytes, order);
    return toFloat64(ndArray(dtype, [elements.length], elements));
  });
}
