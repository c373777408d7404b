import { isAbsolute, resolve } from "node:path";
import { type Atoms, atoms, fork, points, rngOf, sphereOfDegrees, toySetNames, toySets } from "@fluxion/core";
import { type Labels, type ReadTableOptions, readTable, type Table } from "@fluxion/io";
import { badInput } from "../errors.js";
import { type FileSystem, readBytes, sha256 } from "../files/index.js";
import { type DataSpec, nearest, parseSource, type Source } from "../spec/index.js";
import { isStore, loadStore } from "../store/index.js";
import type { DataSet } from "./data-set.js";
import { digitsFile, earthquakesFile } from "./digits-file.js";

/** What loading needs besides the spec. */
export interface LoadDataOptions {
  readonly files: FileSystem;
  /** The folder of relative paths. */
  readonly cwd: string;
  /** The seed of toy sets. */
  readonly seed: number;
}

/** Rows as a source gives them, before weights and merging. */
interface Rows {
  readonly table: Pick<Table, "data" | "rows" | "columns" | "shape">;
  readonly labels: Labels | undefined;
  readonly image: DataSet["image"];
  /** Where the source itself has some. */
  readonly weights?: Float64Array;
  readonly manifold?: DataSet["manifold"];
}

/** The names that `--data` knows beside files. */
export const dataNames: readonly string[] = ["digits", "earthquakes", ...toySetNames];

/**
 * Loads a data set, scales it, and merges repeated rows into weights.
 * @throws CliError, RangeError or SyntaxError with a sentence that names the file and row of a mistake.
 */
export function loadData(spec: DataSpec, options: LoadDataOptions): DataSet {
  const { table, labels, image, manifold, weights: own } = readRows(spec, options);
  const { factor, offset } = spec.scale ?? (spec.from === "digits" ? DIGITS_SCALE : { factor: 1, offset: 0 });
  const data = factor === 1 && offset === 0 ? table.data : table.data.map((v) => v * factor + offset);
  if (own !== undefined && spec.weights !== undefined) {
    throw badInput(`Cannot load "${spec.from}": it has weights of its own, and others were given; expected one of them`);
  }
  const weights = spec.weights === undefined ? own : readWeights(spec.weights, options);
  const merged = atoms(points(data, table.columns), weights);
  requirePicture(image, table.columns);
  return {
    name: spec.from,
    atoms: merged,
    rows: table.rows,
    firstRow: firstRows(merged),
    labels,
    image,
    attribution: ATTRIBUTIONS[spec.from],
    manifold,
    bandwidth: spec.bandwidth,
    digest: digestOf(merged, spec.bandwidth),
  };
}

/** Grey levels 0 … 16 to [−1, 1]. */
const DIGITS_SCALE = { factor: 1 / 8, offset: -1 };

const ATTRIBUTIONS: Readonly<Record<string, string>> = {
  digits:
    "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998, CC BY 4.0",
  earthquakes:
    "USGS Earthquake Hazards Program, all earthquakes from 31 January to 7 February 2018, as kept in vega-datasets 3.2.1",
};

function readRows(spec: DataSpec, { files, cwd, seed }: LoadDataOptions): Rows {
  const source = sourceOf(spec.from, { files, cwd });
  switch (source.kind) {
    case "digits": {
      const { labels, ...table } = readTable("digits.csv.gz", readBytes(files, digitsFile()), { labelColumn: "last" });
      return { table, labels, image: spec.image ?? { width: 8, height: 8 } };
    }
    case "earthquakes":
      return { table: earthquakes(spec, files), labels: undefined, image: undefined, manifold: "sphere" };
    case "toy": {
      const set = toySets[source.name];
      if (set === undefined) throw new Error(`internal: no toy set ${source.name}`);
      const { data, size, dim } = set(fork(rngOf(seed), "data"), source.count);
      return { table: { data, rows: size, columns: dim, shape: [size, dim] }, labels: undefined, image: spec.image };
    }
    case "store":
    case "file": {
      const path = absolute(cwd, source.path);
      if (source.kind === "store" || isStore(files, path)) return storeRows(spec, files, path);
      const table = readFileTable(files, path, tableOptions(path, spec));
      return { table, labels: table.labels, image: spec.image ?? pictureOf(table.shape) };
    }
  }
}

/** Longitude and latitude as points of the sphere. */
function earthquakes({ from, bandwidth, scale, image }: DataSpec, files: FileSystem): Rows["table"] {
  const stray = scale ? "a scale" : bandwidth > 0 ? "a bandwidth" : image ? "a picture" : undefined;
  if (stray !== undefined) throw badInput(`Cannot give "${from}" ${stray}: its points lie on the sphere; expected none`);
  const { data, rows, columns } = readTable("earthquakes.csv", readBytes(files, earthquakesFile()), { header: true });
  const degrees = points(new Float64Array(2 * rows), 2);
  for (let b = 0; b < rows; b++) degrees.data.set(data.subarray(b * columns, b * columns + 2), 2 * b);
  return { data: sphereOfDegrees(degrees).data, rows, columns: 3, shape: [rows, 3] };
}

/** All rows of a store, in memory. */
function storeRows(spec: DataSpec, files: FileSystem, path: string): Rows {
  requirePlainStore(spec);
  const { data, rows, columns, weights } = loadStore(files, path);
  const table = { data, rows, columns, shape: [rows, columns] };
  return { table, labels: undefined, image: spec.image, ...(weights ? { weights } : {}) };
}

/** Refuses what is said of the columns or arrays of a file about a store, which has none. @throws CliError, exit code 2. */
export function requirePlainStore({ from, labels, array, header }: DataSpec): void {
  const stray = Object.entries({ labels, array, header }).find(([, value]) => value !== undefined);
  if (stray !== undefined) throw badInput(`Cannot read ${stray[0]} of "${from}": it is a store; expected a file that has some`);
}

/** The folder of a store that a text of `--data` means; undefined when it means something else. */
export function storeFolderOf(from: string, { files, cwd }: Pick<LoadDataOptions, "files" | "cwd">): string | undefined {
  const source = sourceOf(from, { files, cwd });
  if (source.kind !== "store" && source.kind !== "file") return undefined;
  const path = absolute(cwd, source.path);
  return source.kind === "store" || isStore(files, path) ? path : undefined;
}

/** A bare name that is no set may still be the folder of a store. */
function sourceOf(from: string, { files, cwd }: Pick<LoadDataOptions, "files" | "cwd">): Source {
  const isBare = /^[^:./\\]+$/.test(from) && !dataNames.includes(from);
  if (isBare && isStore(files, absolute(cwd, from))) return { kind: "store", path: from };
  return parseSource(from, toySetNames, (name) => nearest(name, dataNames));
}

const absolute = (cwd: string, path: string): string => (isAbsolute(path) ? path : resolve(cwd, path));

/** A file of [N, height, width] numbers is one of pictures. */
function pictureOf(shape: readonly number[]): DataSet["image"] {
  const [, height, width] = shape;
  return shape.length === 3 && height !== undefined && width !== undefined ? { width, height } : undefined;
}

function requirePicture(image: DataSet["image"], columns: number): void {
  if (image === undefined || image.width * image.height === columns) return;
  throw badInput(
    `Cannot show rows as pictures: ${image.width} × ${image.height} pixels, ${columns} columns; expected as many pixels as columns`,
  );
}

/** What the spec says about the columns and arrays of a file; a format that has no such thing refuses it. */
function tableOptions(path: string, { labels, header, array }: DataSpec): ReadTableOptions {
  const ofArrays = /\.(npy|npz|safetensors|idx)(\.gz)?$/i.test(path);
  return {
    ...(labels === undefined ? {} : ofArrays ? { labelArray: String(labels) } : { labelColumn: labels }),
    ...(header === undefined ? {} : { header }),
    ...(array === undefined ? {} : { array }),
  };
}

/** One row of numbers a point, from a file of any known format; errors name the file. */
export function readFileTable(files: FileSystem, path: string, options: ReadTableOptions = {}): Table {
  return readTable(path, readBytes(files, path), options);
}

function readWeights(path: string, { files, cwd }: LoadDataOptions): Float64Array {
  const { data, rows, columns } = readFileTable(files, absolute(cwd, path));
  if (columns === 1 || rows === 1) return data;
  throw badInput(`Cannot read weights: "${path}" holds [${rows}, ${columns}] numbers; expected one column`);
}

/** The first row of every atom: atoms come in the order of their first rows. */
function firstRows({ atomOfRow, points: { size } }: Atoms): Int32Array {
  const first = new Int32Array(size);
  let next = 0;
  for (let row = 0; row < atomOfRow.length && next < size; row++) {
    if (atomOfRow[row] === next) first[next++] = row;
  }
  return first;
}

function digestOf({ points: { data, dim }, logWeights }: Atoms, bandwidth: number): string {
  const all = new Float64Array(data.length + logWeights.length + 2);
  all.set([dim, bandwidth]);
  all.set(data, 2);
  all.set(logWeights, 2 + data.length);
  return sha256(new Uint8Array(all.buffer));
}
