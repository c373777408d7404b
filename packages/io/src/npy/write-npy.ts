import { type Dtype, littleEndianBytes, type NdArray } from "../array/index.js";
import { joined } from "../bytes/index.js";
import { NPY_MAGIC } from "./header.js";

const DESCR: { readonly [K in Dtype]: string } = {
  float64: "<f8",
  float32: "<f4",
  int64: "<i8",
  int32: "<i4",
  int16: "<i2",
  int8: "|i1",
  uint32: "<u4",
  uint16: "<u2",
  uint8: "|u1",
  bool: "|b1",
};

/** numpy leaves room in the header for the first length to grow to this many digits in place. */
const GROWTH_DIGITS = 21;

/**
 * The header of an npy file, version 1.0, of little-endian row-major elements: the same bytes that numpy 2 writes. The
 * elements follow it.
 * @throws RangeError when the shape has so many lengths that the header passes 65,535 bytes.
 */
export function npyHeader(dtype: Dtype, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const growth = shape.length > 0 ? GROWTH_DIGITS - String(shape[0]).length : 0;
  const dict = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }${" ".repeat(growth)}`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10; // the elements begin at a multiple of 64
  if (length > 0xffff) {
    throw new RangeError(`Cannot write npy: the shape has ${shape.length} lengths; expected a header of at most 65535 bytes`);
  }
  const out = new Uint8Array(10 + length);
  out.set([...NPY_MAGIC, 1, 0, length & 0xff, length >> 8]);
  const text = `${dict.padEnd(length - 1)}\n`;
  for (let i = 0; i < length; i++) out[10 + i] = text.charCodeAt(i);
  return out;
}

/**
 * An npy file, version 1.0, little-endian, row-major: the same bytes that numpy 2 writes for the same array.
 * @throws RangeError when the shape has so many lengths that the header passes 65,535 bytes.
 */
export function writeNpy(array: NdArray): Uint8Array<ArrayBuffer> {
  return joined([npyHeader(array.dtype, array.shape), littleEndianBytes(array)]);
}
