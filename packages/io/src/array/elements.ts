import { type DataOf, type Dtype, LAYOUT } from "./dtype.js";
import { type NdArray, requireConsistent } from "./nd-array.js";

/** Which byte of a number comes first in a file. */
export type ByteOrder = "little" | "big";

/** Whether the numbers of typed arrays lie in memory as they lie in little-endian files. */
export const isLittleEndian: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const HOST: ByteOrder = isLittleEndian ? "little" : "big";

/** Reverses the bytes of every `size`-byte element in place. */
function swap(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low] ?? 0;
      bytes[low] = bytes[high] ?? 0;
      bytes[high] = byte;
    }
  }
}

/**
 * The elements that `bytes` encode, in a fresh typed array: file bytes may start at any address, typed arrays may not.
 * @throws RangeError when the length is not a multiple of the size of `dtype`.
 * @throws SyntaxError when a byte of a `bool` is neither 0 nor 1.
 */
export function elementsOf<K extends Dtype>(dtype: K, bytes: Uint8Array, order: ByteOrder): DataOf[K] {
  const size = LAYOUT[dtype].bytes;
  if (bytes.length % size !== 0) {
    throw new RangeError(`Cannot read ${dtype} elements: there are ${bytes.length} bytes; expected a multiple of ${size}`);
  }
  const bad = dtype === "bool" ? bytes.findIndex((byte) => byte > 1) : -1;
  if (bad >= 0) throw new SyntaxError(`Cannot read bool elements: element ${bad} is byte ${bytes[bad]}; expected 0 or 1`);
  const copy = new Uint8Array(bytes); // not slice(): a Node Buffer's slice shares its memory
  if (order !== HOST && size > 1) swap(copy, size);
  return LAYOUT[dtype].view(copy.buffer);
}

/** The elements of an array as little-endian bytes; a view of `array.data` where the host is little-endian, so do not write to it. */
export function littleEndianBytes(array: NdArray): Uint8Array {
  requireConsistent(array);
  const { data } = array;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (HOST === "little" || LAYOUT[array.dtype].bytes === 1) return bytes;
  const copy = new Uint8Array(bytes);
  swap(copy, LAYOUT[array.dtype].bytes);
  return copy;
}
