/**
 * A view of bytes [from, from + length) of a file, which a header promises.
 * @throws SyntaxError naming `what`, with the byte counts, when the file ends before.
 */
export function section(bytes: Uint8Array, from: number, length: number, what: string): Uint8Array {
  if (!(from >= 0 && length >= 0 && from + length <= bytes.length)) {
    throw new SyntaxError(
      `Cannot read ${what}: it takes ${length} bytes from byte ${from}, the file has ${bytes.length} bytes; expected a whole file`,
    );
  }
  return bytes.subarray(from, from + length);
}

/** The same as `section`, for reading numbers. */
export function sectionView(bytes: Uint8Array, from: number, length: number, what: string): DataView {
  const part = section(bytes, from, length, what);
  return new DataView(part.buffer, part.byteOffset, part.byteLength);
}
