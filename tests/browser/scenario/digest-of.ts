import { digest } from "@fluxion/io";

/** The digest of the bytes of an array as they lie in memory. */
export function digestOf(array: ArrayBufferView): string {
  return digest(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}
