import {
  BLOCK_ROWS,
  bytesOfRow,
  decoderOf,
  IDX_PREFIX,
  idxRows,
  NPY_PREFIX,
  npyRows,
  openParquet,
  type ReadTableOptions,
  type RowLayout,
  readRows,
  readTable,
  type Table,
} from "@fluxion/io";
import { badInput } from "../errors.js";
import { type FileSystem, onPath, readBytes, readPart } from "../files/index.js";
import { isStore, openStore } from "./file-store.js";

/** Some rows of an input, in order. */
export interface RowChunk {
  /** [n, D]. */
  readonly rows: Float64Array | Float32Array;
  /** [n]; where the input has weights. */
  readonly weights?: Float64Array;
}

/** Rows of numbers from a file, which may be read again and again. */
export interface RowSource {
  readonly path: string;
  /** N. */
  readonly rows: number;
  /** D. */
  readonly columns: number;
  /** Whether all numbers are whole and between 0 and 255. */
  readonly isByte: boolean;
  readonly weighted: boolean;
  /** What rounding has lost before, no less than max ‖error‖. */
  readonly storageError: number;
  /** All rows from the first on; a chunk is valid until the next is asked for. */
  readonly chunks: () => AsyncIterable<RowChunk>;
}

/** How to read the inputs of a store. */
export interface RowSourceOptions extends ReadTableOptions {
  /** Columns of a Parquet file. */
  readonly columns?: readonly string[];
}

/** Numbers of a chunk, about. */
const CHUNK_NUMBERS = 2 ** 19;
const PLAIN = { isByte: false, weighted: false, storageError: 0 };

/**
 * Opens an input: a store, Parquet, npy and idx are read in part, never whole; every other format, and npy in Fortran order,
 * is read into memory when its turn comes.
 * @throws CliError, RangeError or SyntaxError naming the file.
 */
export async function openRows(files: FileSystem, path: string, options: RowSourceOptions = {}): Promise<RowSource> {
  const { columns, ...ofTables } = options;
  if (isStore(files, path)) return storeRows(files, path);
  const lower = path.toLowerCase();
  if (columns !== undefined && !lower.endsWith(".parquet")) {
    throw badInput(`Cannot read "${path}": columns were named; expected a Parquet file, or no --columns`);
  }
  if (lower.endsWith(".parquet")) return parquetRows(files, path, columns);
  const layout = await layoutOf(files, path, lower);
  return layout === undefined ? tableRows(files, path, ofTables) : layoutRows(files, path, layout);
}

/** Opens a file for as long as `work` takes. */
async function withFile<T>(files: FileSystem, path: string, work: (fd: number) => Promise<T>): Promise<T> {
  const fd = onPath("read", path, () => files.open(path, "r"));
  try {
    return await work(fd);
  } finally {
    files.close(fd);
  }
}

async function layoutOf(files: FileSystem, path: string, lower: string): Promise<RowLayout | undefined> {
  const isNpy = lower.endsWith(".npy");
  if (!isNpy && !/(\.idx|[-.]idx\d+-ubyte)$/.test(lower)) return undefined;
  const size = onPath("read", path, () => files.size(path));
  const prefix = new Uint8Array(Math.min(size, isNpy ? NPY_PREFIX : IDX_PREFIX));
  await withFile(files, path, (fd) => readPart(files, path, fd, 0, prefix));
  return isNpy ? npyRows(prefix, size) : idxRows(prefix, size);
}

function layoutRows(files: FileSystem, path: string, layout: RowLayout): RowSource {
  const { rows, columns, rowBytes, start, isByte, decode } = layout;
  const step = Math.max(1, Math.floor(CHUNK_NUMBERS / columns));
  async function* chunks(): AsyncGenerator<RowChunk> {
    const bytes = new Uint8Array(Math.min(step, rows) * rowBytes);
    const fd = onPath("read", path, () => files.open(path, "r"));
    try {
      for (let from = 0; from < rows; from += step) {
        const part = bytes.subarray(0, (Math.min(rows, from + step) - from) * rowBytes);
        await readPart(files, path, fd, start + from * rowBytes, part);
        yield { rows: decode(part) };
      }
    } finally {
      files.close(fd);
    }
  }
  return { ...PLAIN, path, rows, columns, isByte, chunks };
}

async function parquetRows(files: FileSystem, path: string, names: readonly string[] | undefined): Promise<RowSource> {
  const byteLength = onPath("read", path, () => files.size(path));
  const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
    await withFile(files, path, (fd) => readPart(files, path, fd, start, bytes));
    return bytes.buffer;
  };
  const file = await openParquet({ byteLength, slice }, names === undefined ? {} : { columns: names });
  async function* chunks(): AsyncGenerator<RowChunk> {
    for (const group of file.groups) yield { rows: await file.read(group) };
  }
  return { ...PLAIN, path, rows: file.rows, columns: file.columns, chunks };
}

function tableRows(files: FileSystem, path: string, options: ReadTableOptions): RowSource {
  const read = (): Table => readTable(path, readBytes(files, path), options);
  const { rows, columns, data } = read();
  async function* chunks(): AsyncGenerator<RowChunk> {
    yield { rows: read().data }; // again: of many inputs only one is in memory
  }
  const isByte = data.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
  return { ...PLAIN, path, rows, columns, isByte, chunks };
}

function storeRows(files: FileSystem, path: string): RowSource {
  const store = openStore(files, path);
  const { size, dim, coding, shards, storageError } = store.manifest;
  const weighted = shards.some(({ weights }) => weights !== undefined);
  const step = BLOCK_ROWS * Math.max(1, Math.floor(CHUNK_NUMBERS / dim / BLOCK_ROWS));
  async function* chunks(): AsyncGenerator<RowChunk> {
    const decode = decoderOf(coding);
    const bytes = new Uint8Array(step * bytesOfRow(store.manifest, "values"));
    const room = new Float32Array(step * dim);
    for (let from = 0; from < size; from += step) {
      const range = { from, to: Math.min(size, from + step) };
      const part = bytes.subarray(0, (range.to - from) * bytesOfRow(store.manifest, "values"));
      await readRows(store, "values", range, part);
      const rows = decode(part, room);
      if (!weighted) yield { rows };
      else {
        const weights = new Float64Array(range.to - from);
        await readRows(store, "weights", range, new Uint8Array(weights.buffer));
        yield { rows, weights };
      }
    }
  }
  const isByte = false; // of what it stands for, whatever it keeps
  return { path, rows: size, columns: dim, isByte, weighted, storageError, chunks };
}
