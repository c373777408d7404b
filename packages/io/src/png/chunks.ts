import { joined, section, sectionView } from "../bytes/index.js";

/** What the header chunk of a PNG file says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGB + alpha. */
  readonly color: number;
  readonly interlaced: boolean;
}

/** The parts of a PNG file that make its pixels. */
export interface PngParts {
  readonly header: PngHeader;
  /** The zlib stream, its IDAT chunks joined. */
  readonly stream: Uint8Array;
  /** The same image as a file without the chunks that do not change pixels. */
  readonly essential: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The depths that each colour type may have (PNG §11.2.1, table 11.1). */
const DEPTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

/** A bound on memory: a black image of a few kilobytes can be of any size. */
const MOST_PIXELS = 2 ** 26;

const ESSENTIAL = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/** Whether the bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

interface Chunk {
  readonly type: string;
  /** With length, type and check sum. */
  readonly whole: Uint8Array;
  readonly data: Uint8Array;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; ; ) {
    const head = sectionView(bytes, at, 8, "png chunk");
    const type = String.fromCharCode(head.getUint8(4), head.getUint8(5), head.getUint8(6), head.getUint8(7));
    const whole = section(bytes, at, 12 + head.getUint32(0), `png chunk ${JSON.stringify(type)}`);
    const ancillary = head.getUint8(4) & 0x20;
    if (!ancillary && !ESSENTIAL.has(type)) {
      throw new SyntaxError(`Cannot read png: the chunk ${JSON.stringify(type)} is unknown; expected IHDR, PLTE, IDAT or IEND`);
    }
    if (type !== "IDAT" && ESSENTIAL.has(type) && chunks.some((chunk) => chunk.type === type)) {
      throw new SyntaxError(`Cannot read png: the chunk ${type} appears twice; expected it once`);
    }
    chunks.push({ type, whole, data: whole.subarray(8, -4) });
    if (type === "IEND") return chunks;
    at += whole.length;
  }
}

function headerOf(chunk: Chunk | undefined): PngHeader {
  if (chunk?.type !== "IHDR" || chunk.data.length !== 13)
    throw new SyntaxError("Cannot read png: the file has no header; expected IHDR first");
  const view = sectionView(chunk.data, 0, 13, "png header");
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, color] = [view.getUint8(8), view.getUint8(9)];
  const [compression, filter, interlace] = [view.getUint8(10), view.getUint8(11), view.getUint8(12)];
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    throw new SyntaxError(
      `Cannot read png: the image is ${width} × ${height}; expected sides from 1 and at most ${MOST_PIXELS} pixels`,
    );
  }
  if (!DEPTHS.get(color)?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw new SyntaxError(
      `Cannot read png: colour type ${color}, depth ${depth}, compression ${compression}, filter ${filter}, interlace ${interlace}; expected a valid header`,
    );
  }
  return { width, height, depth, color, interlaced: interlace === 1 };
}

/**
 * Cuts a PNG file into the parts that make its pixels.
 * @throws SyntaxError when it is cut short, its header is invalid, or it needs a chunk that nobody knows.
 */
export function pngParts(bytes: Uint8Array): PngParts {
  if (!isPng(bytes)) throw new SyntaxError("Cannot read png: the file does not begin with 89 PNG; expected a PNG file");
  const chunks = chunksOf(bytes);
  const header = headerOf(chunks[0]);
  const stream = joined(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
  const kept = chunks.filter(({ type }) => ESSENTIAL.has(type)).map(({ whole }) => whole);
  return { header, stream, essential: joined([Uint8Array.from(SIGNATURE), ...kept]) };
}
