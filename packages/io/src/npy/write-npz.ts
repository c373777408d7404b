import type { NamedArrays } from "../array/index.js";
import { writeZip } from "../bytes/index.js";
import { requireKnownKeys } from "../check/index.js";
import { writeNpy } from "./write-npy.js";

/** How the arrays of an npz file are kept. */
export interface WriteNpzOptions {
  /** Whether to deflate them. @defaultValue false */
  readonly compress?: boolean;
}

/**
 * An npz file of arrays in the order given, which numpy's `load` reads; the same arrays always give the same bytes.
 * @throws RangeError when the archive would pass 4 GiB.
 */
export function writeNpz(arrays: NamedArrays, options: WriteNpzOptions = {}): Uint8Array<ArrayBuffer> {
  requireKnownKeys(options, ["compress"], "write npz");
  return writeZip(new Map(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])), options);
}
