import { elementsOf, isLittleEndian } from "../array/index.js";
import { BLOCK_ROWS } from "./manifest.js";

/**
 * What is known of every block of rows without reading them: all rows of block k lie within `radii[k]` of center k.
 * In the file the five arrays follow each other, little-endian, four bytes an element.
 */
export interface BlockIndex {
  /** K. */
  readonly blocks: number;
  /** [K, D]. */
  readonly centers: Float32Array;
  /** No less than max ‖z_i − center‖ over the rows of the block, [K]. */
  readonly radii: Float32Array;
  /** No less than log Σ π_i over the rows of the block, [K]. */
  readonly logWeights: Float32Array;
  /** CRC-32 of the bytes of the rows, [K]. */
  readonly checksums: Uint32Array;
  /** CRC-32 of the bytes of the weights, [K]; 0 where no weights are kept. */
  readonly weightChecksums: Uint32Array;
}

/** K, the number of blocks of `size` rows. */
export function blockCount(size: number): number {
  return Math.ceil(size / BLOCK_ROWS);
}

/** The bytes of the index of `size` rows of dimension `dim`. */
export function indexBytes(size: number, dim: number): number {
  return 4 * blockCount(size) * (dim + 4);
}

/** An index with room for the blocks of `size` rows, all zero. */
export function emptyIndex(size: number, dim: number): BlockIndex {
  return viewsOf(new Uint8Array(indexBytes(size, dim)), size, dim);
}

function viewsOf({ buffer, byteOffset }: Uint8Array, size: number, dim: number): BlockIndex {
  const blocks = blockCount(size);
  const at = (words: number): number => byteOffset + 4 * blocks * words;
  return {
    blocks,
    centers: new Float32Array(buffer, at(0), blocks * dim),
    radii: new Float32Array(buffer, at(dim), blocks),
    logWeights: new Float32Array(buffer, at(dim + 1), blocks),
    checksums: new Uint32Array(buffer, at(dim + 2), blocks),
    weightChecksums: new Uint32Array(buffer, at(dim + 3), blocks),
  };
}

/** The same bytes where they can be viewed as little-endian words, otherwise a copy of them that can. */
function inHostOrder(bytes: Uint8Array): Uint8Array {
  if (isLittleEndian && bytes.byteOffset % 4 === 0) return bytes;
  const words = elementsOf("uint32", bytes, "little");
  return new Uint8Array(words.buffer);
}

const arraysOf = (index: BlockIndex): readonly (Float32Array | Uint32Array)[] => [
  index.centers,
  index.radii,
  index.logWeights,
  index.checksums,
  index.weightChecksums,
];

/** The bytes of an index. */
export function writeIndex(index: BlockIndex): Uint8Array {
  const arrays = arraysOf(index);
  const view = new DataView(new ArrayBuffer(4 * arrays.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const array of arrays) {
    for (const value of array) {
      if (array instanceof Float32Array) view.setFloat32(at, value, true);
      else view.setUint32(at, value, true);
      at += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

/**
 * The index that bytes hold; a view of them where the host allows it.
 * @throws SyntaxError when their number is wrong, or a centre, radius or weight is not a possible one.
 */
export function readIndex(bytes: Uint8Array, size: number, dim: number): BlockIndex {
  if (bytes.length !== indexBytes(size, dim)) {
    throw new SyntaxError(
      `Cannot read store: the index has ${bytes.length} bytes; expected ${indexBytes(size, dim)} for ${size} rows of dim ${dim}`,
    );
  }
  const index = viewsOf(inHostOrder(bytes), size, dim);
  const bad = index.radii.findIndex((radius, k) => !(radius >= 0 && radius < Infinity && (index.logWeights[k] ?? 1) <= 1e-6));
  if (bad >= 0 || !index.centers.every(Number.isFinite)) {
    throw new SyntaxError(
      `Cannot read store: the index holds impossible numbers (block ${Math.max(bad, 0)}); expected finite centres, radii from 0 and weights up to 1`,
    );
  }
  return index;
}

/** The least float32 number that is not below `value`. */
export function roundedUp(value: number): number {
  const near = Math.fround(value);
  if (near >= value) return near;
  const bits = new Int32Array(Float32Array.of(near).buffer);
  bits[0] = near > 0 ? (bits[0] ?? 0) + 1 : near < 0 ? (bits[0] ?? 0) - 1 : 1;
  return new Float32Array(bits.buffer)[0] ?? Infinity;
}
