import { type Zippable, zipSync } from "fflate";

/** A zip archive without the zip64 extension ends here. */
const MOST_BYTES = 2 ** 32 - 1;
const MOST_FILES = 65_534;

/**
 * A zip archive of files in the order given, stored or, with `compress`, deflated; the same files always give the same bytes (time stamp 1980-01-01).
 * @throws RangeError when the archive would pass 4 GiB or 65,534 files.
 */
export function writeZip(
  files: ReadonlyMap<string, Uint8Array>,
  options: { readonly compress?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  let total = 0;
  for (const [name, bytes] of files) total += bytes.length + 128 + 6 * name.length; // both headers, UTF-8 name twice
  if (total > MOST_BYTES || files.size > MOST_FILES) {
    throw new RangeError(
      `Cannot write zip: ${files.size} files take ${total} bytes; expected at most ${MOST_FILES} files and ${MOST_BYTES} bytes`,
    );
  }
  const entries: Zippable = Object.fromEntries(files);
  // The archive stores local time without a zone: a date given by its local fields is the same everywhere.
  return zipSync(entries, { level: options.compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
}
