import { gunzipSync } from "fflate";
import { type Compressors, parquetMetadataAsync, parquetScan } from "hyparquet";
import { chooseColumns } from "./columns.js";

/** Bytes of a Parquet file on demand. */
export interface ParquetSource {
  readonly byteLength: number;
  readonly slice: (start: number, end?: number) => Promise<ArrayBuffer>;
}

/** Options of `openParquet`. */
export interface OpenParquetOptions {
  /** The column of lists, or the columns of numbers, that are the coordinates. @defaultValue the only column of lists, or all columns of numbers */
  readonly columns?: readonly string[];
}

/** The rows of numbers of a Parquet file. */
export interface ParquetRows {
  /** N. */
  readonly rows: number;
  /** D. */
  readonly columns: number;
  /** The columns that are the coordinates; one of lists counts as one. */
  readonly names: readonly string[];
  /** The groups in which the rows are read, in order; one group must fit into memory. */
  readonly groups: readonly { readonly from: number; readonly to: number }[];
  /** Rows [from, to) of one group, [n, D]. @throws RangeError naming the row that is null, not finite, or of another length. */
  readonly read: (range: { readonly from: number; readonly to: number }) => Promise<Float64Array>;
}

/** Snappy comes with the reader; gzip with our own library. */
const compressors: Compressors = { GZIP: (input, length) => gunzipSync(input, { out: new Uint8Array(length) }) };

/**
 * Opens a Parquet file: one column of lists of equal lengths, or one column a coordinate, of any type of numbers.
 * @throws SyntaxError when it is no Parquet file or uses a compression other than Snappy and gzip.
 * @throws RangeError when the columns hold no numbers, or there are no rows.
 */
export async function openParquet(file: ParquetSource, options: OpenParquetOptions = {}): Promise<ParquetRows> {
  const metadata = await parsed(() => parquetMetadataAsync(file));
  const rows = Number(metadata.num_rows);
  if (rows < 1) throw new RangeError("Cannot read parquet: there are no rows; expected some");
  const { names, isList } = chooseColumns(metadata, options.columns);
  for (const group of metadata.row_groups) {
    for (const { meta_data } of group.columns) {
      const codec = meta_data?.codec ?? "UNCOMPRESSED";
      if (["UNCOMPRESSED", "SNAPPY", "GZIP"].includes(codec)) continue;
      throw new SyntaxError(`Cannot read parquet: the columns are compressed by ${codec}; expected SNAPPY, GZIP or none`);
    }
  }
  const scan = await parsed(() => parquetScan({ file, metadata, columns: [...names], compressors }));
  const groups = scan.ranges.map(({ rowStart, rowEnd }) => ({ from: rowStart, to: rowEnd }));
  const held = groups.reduce((sum, { from, to }) => sum + to - from, 0);
  if (held !== rows) {
    throw new SyntaxError(
      `Cannot read parquet: the row groups hold ${held} rows, the file claims ${rows}; expected equal counts`,
    );
  }
  const column = (name: string, { from, to }: { from: number; to: number }): Promise<ArrayLike<unknown>> =>
    parsed(() => scan.readColumn({ column: name, rowStart: from, rowEnd: to }));
  const [name = ""] = names;
  const columns = isList ? lengthOf((await column(name, { from: 0, to: 1 }))[0], 0, name) : names.length;
  return {
    rows,
    columns,
    names,
    groups,
    async read(range) {
      const out = new Float64Array((range.to - range.from) * columns);
      if (isList) {
        const lists = await column(name, range);
        for (let i = 0; i < range.to - range.from; i++) putList(out, i, lists[i], { columns, name, row: range.from + i });
        return out;
      }
      for (const [d, each] of names.entries()) {
        const values = await column(each, range);
        for (let i = 0; i < range.to - range.from; i++) out[i * columns + d] = numberIn(values[i], range.from + i, each);
      }
      return out;
    },
  };
}

async function parsed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read parquet: the file is damaged or unusual (${reason}); expected a Parquet file`, { cause });
  }
}

const isArrayLike = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

function lengthOf(value: unknown, row: number, name: string): number {
  if (isArrayLike(value) && value.length > 0) return value.length;
  throw new RangeError(`Cannot read parquet: row ${row} of "${name}" is null or empty; expected a list of numbers`);
}

function putList(
  out: Float64Array,
  i: number,
  list: unknown,
  { columns, name, row }: { readonly columns: number; readonly name: string; readonly row: number },
): void {
  const length = lengthOf(list, row, name);
  if (length !== columns || !isArrayLike(list)) {
    throw new RangeError(`Cannot read parquet: row ${row} of "${name}" has ${length} numbers; expected ${columns} as in row 0`);
  }
  for (let d = 0; d < columns; d++) out[i * columns + d] = numberIn(list[d], row, name);
}

function numberIn(value: unknown, row: number, name: string): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number) && (typeof value !== "bigint" || Number.isSafeInteger(number)))
    return number;
  throw new RangeError(
    `Cannot read parquet: row ${row} of "${name}" has ${String(value)}; expected finite numbers, whole ones up to 2^53 - 1`,
  );
}
