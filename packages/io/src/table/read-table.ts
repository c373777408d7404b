import type { NamedArrays, NdArray, Table } from "../array/index.js";
import { located, requireKnownKeys } from "../check/index.js";
import { type ReadCsvOptions, readCsv } from "../csv/index.js";
import { arraysOf, unpack } from "./read-arrays.js";
import { tableOf, withLabels } from "./table-of.js";

/** Which numbers of a file are the rows, and which the classes. */
export interface ReadTableOptions extends ReadCsvOptions {
  /** The array to take, of a file of several. @defaultValue the only one beside the labels */
  readonly array?: string;
  /** The array of whole numbers that are the classes of the rows. @defaultValue none */
  readonly labelArray?: string;
}

const OF_TEXT = ["header", "labelColumn", "delimiter"];
const OF_ARRAYS = ["array", "labelArray"];

const listed = (arrays: NamedArrays): string =>
  Object.entries(arrays)
    .map(([name, { shape }]) => `"${name}" [${shape.join(", ")}]`)
    .join(", ");

function named(arrays: NamedArrays, name: string, option: string): NdArray {
  const found = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  if (found) return found;
  throw new RangeError(
    `Cannot read table: there is no array "${name}", but ${listed(arrays)}; expected option ${option} to name one`,
  );
}

function choose(arrays: NamedArrays, options: ReadTableOptions): string {
  if (options.array !== undefined) return options.array;
  const [only, ...others] = Object.keys(arrays).filter((name) => name !== options.labelArray);
  if (only !== undefined && others.length === 0) return only;
  throw new RangeError(`Cannot read table: the file has arrays ${listed(arrays) || "none"}; expected option array to name one`);
}

function fromArrays(arrays: NamedArrays, options: ReadTableOptions): Table {
  const labels = options.labelArray === undefined ? undefined : named(arrays, options.labelArray, "labelArray");
  const name = choose(arrays, options);
  const table = tableOf(named(arrays, name, "array"), name);
  return labels ? withLabels(table, labels, options.labelArray ?? "") : table;
}

function requireOptionsFor(options: ReadTableOptions, foreign: readonly string[], format: string): void {
  const stranger = foreign.find((key) => Object.hasOwn(options, key));
  if (stranger !== undefined)
    throw new TypeError(`Cannot read table: option ${stranger} does not apply to ${format}; expected it left out`);
}

/**
 * The rows of numbers in a file, as float64, all finite. The extension chooses the reader (.npy .npz .safetensors .idx .csv
 * .tsv .txt, each also with .gz) and the first bytes must agree. A vector of N numbers is N rows of one; an array [N, …] is
 * N rows with the rest flattened, its own shape in `shape`.
 * @throws SyntaxError when the file is damaged or of another format; it names the line and column in a text.
 * @throws RangeError for an unknown extension, a choice of array or label that does not exist, and rows that are not finite:
 * it names the first and counts them.
 * @throws TypeError for an option that does not exist or does not apply.
 */
export function readTable(name: string, bytes: Uint8Array, options: ReadTableOptions = {}): Table {
  requireKnownKeys(options, [...OF_TEXT, ...OF_ARRAYS], "read table");
  return located(`file "${name}"`, () => {
    const unpacked = unpack(name, bytes);
    const isText = unpacked.format === "csv";
    requireOptionsFor(options, isText ? OF_ARRAYS : OF_TEXT, unpacked.format);
    return isText ? readCsv(unpacked.bytes, options) : fromArrays(arraysOf(unpacked, name), options);
  });
}
