import { inflate, sectionView } from "../bytes/index.js";
import type { PngHeader } from "./chunks.js";

/** Samples a pixel, by colour type. */
const SAMPLES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** The seven passes of Adam7: first column and row, step along each (PNG §8.2). */
const ADAM7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** How many bytes the filtered rows of an image take: a filter byte and the packed samples of each row of each pass. */
export function scanlineBytes({ width, height, depth, color, interlaced }: PngHeader): number {
  const bits = depth * (SAMPLES.get(color) ?? 0);
  const passes = interlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  let total = 0;
  for (const [left, top, across, down] of passes) {
    const columns = Math.max(0, Math.ceil((width - left) / across));
    const rows = Math.max(0, Math.ceil((height - top) / down));
    if (columns > 0) total += rows * (1 + Math.ceil((columns * bits) / 8));
  }
  return total;
}

/**
 * Throws unless the zlib stream holds exactly the rows that the header promises: decoders fill missing rows with black.
 * @throws SyntaxError when it does not, or is damaged.
 */
export function requireAllScanlines(header: PngHeader, stream: Uint8Array): void {
  const head = sectionView(stream, 0, 6, "png image data");
  const isZlib = head.getUint16(0) % 31 === 0 && (head.getUint8(0) & 15) === 8 && (head.getUint8(1) & 32) === 0;
  if (!isZlib) throw new SyntaxError("Cannot read png: the image data are no zlib stream; expected one without a dictionary");
  inflate(stream.subarray(2, -4), scanlineBytes(header), "png image data");
}
