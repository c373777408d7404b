import { gzipSync } from "fflate";
import { crc32 } from "./crc32.js";
import { inflate } from "./inflate.js";
import { sectionView } from "./section.js";

const HAS_HEADER_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/** Whether the bytes begin as a gzip file does, `1f 8b`. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The length of the header before the DEFLATE stream (RFC 1952 §2.3). */
function headerLength(bytes: Uint8Array): number {
  const view = sectionView(bytes, 0, 18, "gzip");
  const flags = view.getUint8(3);
  if (view.getUint8(2) !== 8 || flags > 31) {
    throw new SyntaxError(`Cannot read gzip: method ${view.getUint8(2)}, flags ${flags}; expected method 8 and flags below 32`);
  }
  let at = 10;
  if (flags & HAS_EXTRA) at += 2 + sectionView(bytes, at, 2, "gzip extra field").getUint16(0, true);
  for (const text of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & text)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new SyntaxError(`Cannot read gzip: the text from byte ${at} has no end; expected a zero byte`);
    at = end + 1;
  }
  return flags & HAS_HEADER_CRC ? at + 2 : at;
}

/**
 * The contents of a gzip file of one member, with length and CRC-32 checked (RFC 1952).
 * @throws SyntaxError when the file is not gzip, cut short, damaged, or has several members.
 */
export function gunzip(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) throw new SyntaxError("Cannot read gzip: the file does not begin with 1f 8b; expected a gzip file");
  const start = headerLength(bytes);
  const trailer = sectionView(bytes, bytes.length - 8, 8, "gzip");
  const stream = bytes.subarray(start, Math.max(start, bytes.length - 8));
  const contents = inflate(stream, trailer.getUint32(4, true), "gzip");
  if (crc32(contents) !== trailer.getUint32(0, true)) {
    throw new SyntaxError(
      "Cannot read gzip: the CRC-32 of the contents differs from the stored one; expected an undamaged file of one member",
    );
  }
  return contents;
}

/** A gzip file of `bytes`; the same bytes always give the same file (time stamp 0, no name). */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return gzipSync(bytes, { level: 6, mtime: 0 });
}
