import { section, sectionView } from "./section.js";
import { decodeUtf8 } from "./utf8.js";

/** What the central directory of a zip archive says about one file. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  readonly crc: number;
  readonly storedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const FULL16 = 0xffff;
const FULL32 = 0xffffffff;

const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** Finds the end record: the last 22 bytes and a comment of at most 65,535 that reaches exactly to the end of the file. */
function findEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - FULL16); at--) {
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === bytes.length) return at;
  }
  throw new SyntaxError(`Cannot read zip: ${bytes.length} bytes hold no end record; expected a whole zip archive`);
}

function locate(bytes: Uint8Array): Directory {
  const at = findEnd(bytes);
  const end = sectionView(bytes, at, 22, "zip");
  const plain = { count: end.getUint16(10, true), size: end.getUint32(12, true), offset: end.getUint32(16, true) };
  if (plain.count !== FULL16 && plain.size !== FULL32 && plain.offset !== FULL32) return plain;
  const locator = sectionView(bytes, at - 20, 20, "zip64 locator");
  if (locator.getUint32(0, true) !== LOCATOR64) return plain;
  const end64 = sectionView(bytes, uint64(locator, 8), 56, "zip64 end record");
  if (end64.getUint32(0, true) !== END64) {
    throw new SyntaxError(`Cannot read zip: byte ${uint64(locator, 8)} is not a zip64 end record; expected one`);
  }
  return { count: uint64(end64, 32), size: uint64(end64, 40), offset: uint64(end64, 48) };
}

/** The 64-bit values of the extra field 1 replace, in this order, those of size, stored size and offset that are all ones. */
function widened(values: readonly number[], extra: Uint8Array, name: string): number[] {
  let at = 0;
  while (at + 4 <= extra.length) {
    const head = sectionView(extra, at, 4, `zip entry "${name}"`);
    const length = head.getUint16(2, true);
    if (head.getUint16(0, true) !== 1) {
      at += 4 + length;
      continue;
    }
    let from = at + 4;
    return values.map((value) => {
      if (value !== FULL32) return value;
      from += 8;
      return uint64(sectionView(extra, from - 8, 8, `zip64 field of "${name}"`), 0);
    });
  }
  return [...values];
}

function entryAt(directory: Uint8Array, at: number): { readonly entry: ZipEntry; readonly next: number } {
  const head = sectionView(directory, at, 46, "zip directory");
  if (head.getUint32(0, true) !== ENTRY) {
    throw new SyntaxError(`Cannot read zip: byte ${at} of the directory does not begin an entry; expected one`);
  }
  const nameEnd = at + 46 + head.getUint16(28, true);
  const extraEnd = nameEnd + head.getUint16(30, true);
  const name = decodeUtf8(section(directory, at + 46, nameEnd - at - 46, "zip directory"), "zip entry name");
  const flags = head.getUint16(8, true);
  const method = head.getUint16(10, true);
  if (flags & 1) throw new SyntaxError(`Cannot read zip: "${name}" is encrypted; expected a plain archive`);
  if (method !== 0 && method !== 8) {
    throw new SyntaxError(`Cannot read zip: "${name}" uses method ${method}; expected 0 (stored) or 8 (deflated)`);
  }
  const extra = section(directory, nameEnd, extraEnd - nameEnd, "zip directory");
  const small = [head.getUint32(24, true), head.getUint32(20, true), head.getUint32(42, true)];
  const [size = 0, storedSize = 0, offset = 0] = widened(small, extra, name);
  const next = extraEnd + head.getUint16(32, true);
  return { entry: { name, method, crc: head.getUint32(16, true), storedSize, size, offset }, next };
}

/**
 * The entries of the central directory of a zip archive, in its order (APPNOTE 6.3, §4.3.12–16).
 * @throws SyntaxError when the directory is cut short or damaged, or an entry is encrypted or uses another method than 0 and 8.
 */
export function zipDirectory(bytes: Uint8Array): readonly ZipEntry[] {
  const { count, size, offset } = locate(bytes);
  const directory = section(bytes, offset, size, "zip directory");
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < size) {
    const { entry, next } = entryAt(directory, at);
    entries.push(entry);
    at = next;
  }
  if (at !== size || entries.length !== count) {
    throw new SyntaxError(
      `Cannot read zip: the directory of ${size} bytes holds ${entries.length} entries in ${at} bytes; expected ${count} entries`,
    );
  }
  return entries;
}
