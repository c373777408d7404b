import { extname } from "node:path";
import { imageGrid, type Labels, type NdArray, ndArray, toJson, writeCsv, writeNpy, writeNpz, writePng } from "@fluxion/io";
import { badInput } from "../errors.js";
import { type FileSystem, writeAtomic } from "../files/index.js";

/** A result array, row-major. */
export interface OutArray {
  /** [B] or [B, D]. */
  readonly shape: readonly number[];
  readonly data: Float64Array | Int32Array;
}

/** What goes with the numbers into formats that have room for it. */
export interface Extras {
  /** Classes of the rows, for csv. */
  readonly labels?: Labels;
  /** The picture that a row is, for png. */
  readonly image?: { readonly width: number; readonly height: number } | undefined;
  /** The values shown black and white. @defaultValue the least and the greatest value */
  readonly range?: readonly [number, number];
}

type Arrays = Readonly<Record<string, OutArray>>;
type Encode = (arrays: Arrays, extras: Extras, path: string) => Uint8Array | string;

/** Pictures on a sheet, and sheet pixels an image pixel. */
const SHEET = 100;
const SCALE = 4;

const encoders: Readonly<Record<string, { readonly many: boolean; readonly encode: Encode }>> = {
  ".npz": {
    many: true,
    encode: (arrays) => writeNpz(Object.fromEntries(Object.entries(arrays).map(([k, a]) => [k, asNdArray(a)]))),
  },
  ".json": {
    many: true,
    encode: (arrays) => `${toJson(Object.fromEntries(Object.entries(arrays).map(([k, a]) => [k, asLists(a)])))}\n`,
  },
  ".npy": { many: false, encode: (arrays) => writeNpy(asNdArray(only(arrays))) },
  ".csv": { many: false, encode: (arrays, { labels }) => asCsv(only(arrays), labels) },
  ".png": { many: false, encode: (arrays, extras, path) => asPng(only(arrays), extras, path) },
};

/** Refuses before the work a file name whose format is unknown or holds one array only. @throws CliError, exit code 2. */
export function outFormats(path: string, arrays: number): void {
  const encoder = encoders[extname(path).toLowerCase()];
  if (encoder === undefined) {
    throw badInput(
      `Cannot write "${path}": the format "${extname(path)}" is unknown; expected ${Object.keys(encoders).join(", ")}`,
    );
  }
  if (arrays > 1 && !encoder.many) {
    throw badInput(
      `Cannot write "${path}": there are ${arrays} arrays and the format holds one; expected a name that ends in .npz or .json`,
    );
  }
}

/** Writes arrays in the format that the name of the file asks for, whole or not at all. */
export function writeArrays(files: FileSystem, path: string, arrays: Arrays, extras: Extras = {}): void {
  outFormats(path, Object.keys(arrays).length);
  const encoder = encoders[extname(path).toLowerCase()];
  if (encoder === undefined) throw new Error(`internal: no encoder for ${path}`);
  writeAtomic(files, path, encoder.encode(arrays, extras, path));
}

function only(arrays: Arrays): OutArray {
  const [first] = Object.values(arrays);
  if (first === undefined) throw new Error("internal: there is no array to write");
  return first;
}

function asNdArray({ shape, data }: OutArray): NdArray {
  return data instanceof Int32Array ? ndArray("int32", shape, data) : ndArray("float64", shape, data);
}

function columnsOf({ shape }: OutArray): number {
  return shape[1] ?? 1;
}

/** A vector as a list, a matrix as a list of rows. */
export function asLists(array: OutArray): unknown {
  if (array.shape.length === 1) return array.data;
  const D = columnsOf(array);
  return Array.from({ length: array.shape[0] ?? 0 }, (_, b) => array.data.subarray(b * D, (b + 1) * D));
}

function asCsv(array: OutArray, labels: Labels | undefined): Uint8Array {
  const data = array.data instanceof Float64Array ? array.data : Float64Array.from(array.data);
  return writeCsv({ data, rows: array.shape[0] ?? 0, columns: columnsOf(array), ...(labels === undefined ? {} : { labels }) });
}

function asPng({ shape, data }: OutArray, { image, range }: Extras, path: string): Uint8Array {
  if (image === undefined) {
    throw badInput(`Cannot write "${path}": the rows are no pictures; expected image data, or another format`);
  }
  const shown = Math.min(shape[0] ?? 0, SHEET);
  const values = Float64Array.from(data.subarray(0, shown * image.width * image.height));
  return writePng(imageGrid(values, { ...image, scale: SCALE, range: range ?? extent(data) }));
}

/** The least and the greatest value; one more than the least where they are equal, since a grey scale needs two ends. */
function extent(data: ArrayLike<number>): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    low = Math.min(low, data[i] ?? low);
    high = Math.max(high, data[i] ?? high);
  }
  return high > low ? [low, high] : [low, low + 1];
}
