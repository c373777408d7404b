import { crc32 } from "./crc32.js";
import { inflate } from "./inflate.js";
import { section, sectionView } from "./section.js";
import { type ZipEntry, zipDirectory } from "./zip-directory.js";

/** A view of the stored bytes of an entry, behind its local header. */
function storedBytes(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const local = sectionView(bytes, entry.offset, 30, `zip entry "${entry.name}"`);
  if (local.getUint32(0, true) !== 0x04034b50) {
    throw new SyntaxError(`Cannot read zip: byte ${entry.offset} is not an entry; expected the header of "${entry.name}"`);
  }
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  return section(bytes, start, entry.storedSize, `zip entry "${entry.name}"`);
}

/** Entries that share bytes let a small file promise much more memory than 1032 times its size. */
function requireDisjoint(entries: readonly ZipEntry[], stored: readonly Uint8Array[], base: number): void {
  const spans = entries.map((entry, i) => {
    const data = stored[i] as Uint8Array;
    return { name: entry.name, from: entry.offset, to: data.byteOffset - base + data.length };
  });
  spans.sort((a, b) => a.from - b.from);
  spans.forEach((span, i) => {
    const next = spans[i + 1];
    if (next && span.to > next.from) {
      throw new SyntaxError(`Cannot read zip: entries "${span.name}" and "${next.name}" overlap; expected disjoint entries`);
    }
  });
}

function contentsOf(entry: ZipEntry, stored: Uint8Array): Uint8Array {
  const what = `zip entry "${entry.name}"`;
  const contents = entry.method === 0 ? stored : inflate(stored, entry.size, what);
  if (contents.length !== entry.size) {
    throw new SyntaxError(
      `Cannot read ${what}: it promises ${entry.size} bytes and holds ${contents.length}; expected equal counts`,
    );
  }
  if (crc32(contents) !== entry.crc) {
    throw new SyntaxError(
      `Cannot read ${what}: the CRC-32 of the contents differs from the stored one; expected an undamaged file`,
    );
  }
  return contents;
}

/**
 * The files of a zip archive in the order of its directory (stored or deflated, zip64 allowed), with lengths and CRC-32 checked.
 * A stored file is a view of `bytes`.
 * @throws SyntaxError when the archive is cut short or damaged, names a file twice, or uses encryption or another method.
 */
export function readZip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const entries = zipDirectory(bytes);
  const stored = entries.map((entry) => storedBytes(bytes, entry));
  requireDisjoint(entries, stored, bytes.byteOffset);
  const files = new Map<string, Uint8Array>();
  entries.forEach((entry, i) => {
    if (files.has(entry.name)) throw new SyntaxError(`Cannot read zip: "${entry.name}" appears twice; expected distinct names`);
    files.set(entry.name, contentsOf(entry, stored[i] as Uint8Array));
  });
  return files;
}
