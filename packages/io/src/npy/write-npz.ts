import type { NamedArrays } from "../array/index.js";
import { type WriteZipOptions, writeZip } from "../bytes/index.js";
import { writeNpy } from "./write-npy.js";

/**
 * An npz file of arrays in the order given, which numpy's `load` reads; the same arrays always give the same bytes.
 * @throws RangeError when the archive would pass 4 GiB.
 */
export function writeNpz(arrays: NamedArrays, options: WriteZipOptions = {}): Uint8Array {
  return writeZip(new Map(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])), options);
}
