import fc from "fast-check";
import { gzipSync } from "fflate";
import type { SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { type OpenParquetOptions, openParquet, type ParquetRows, type ParquetSource } from "./parquet-rows.js";

const sourceOf = (buffer: ArrayBuffer): ParquetSource => ({
  byteLength: buffer.byteLength,
  slice: async (start, end) => buffer.slice(start, end),
});

type WriteOptions = Omit<Parameters<typeof parquetWriteBuffer>[0], "columnData">;
const open = (columnData: ColumnSource[], options: OpenParquetOptions = {}, write: WriteOptions = {}): Promise<ParquetRows> =>
  openParquet(sourceOf(parquetWriteBuffer({ columnData, ...write })), options);

/** All rows, group by group. */
async function all(file: ParquetRows): Promise<number[][]> {
  const out: number[][] = [];
  for (const group of file.groups) {
    const data = await file.read(group);
    for (let at = 0; at < data.length; at += file.columns) out.push(Array.from(data.subarray(at, at + file.columns)));
  }
  return out;
}

/** The schema of one column of lists of `type`, three levels as the format asks. */
const listSchema = (name: string, type: "FLOAT" | "DOUBLE" | "INT32"): SchemaElement[] => [
  { name: "root", num_children: 1 },
  { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type, repetition_type: "REQUIRED" },
];

describe("openParquet", () => {
  it("reads one column a coordinate, in order, over any row groups and types", async () => {
    const value = fc.integer({ min: -1000, max: 1000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 20 }),
        async (rows, size) => {
          const columns: ColumnSource[] = [
            { name: "x", data: Float64Array.from(rows, ([x]) => x / 8), type: "DOUBLE" },
            { name: "y", data: Float32Array.from(rows, ([, y]) => y / 4), type: "FLOAT" },
            { name: "n", data: Int32Array.from(rows, ([, , n]) => n), type: "INT32" },
            { name: "big", data: BigInt64Array.from(rows, ([x]) => BigInt(x) * 2n ** 40n), type: "INT64" },
            { name: "name", data: rows.map(String), type: "STRING" },
          ];
          const file = await open(columns, {}, { rowGroupSize: size });
          expect([file.rows, file.columns, file.names]).toEqual([rows.length, 4, ["x", "y", "n", "big"]]);
          expect(file.groups.length).toBe(Math.ceil(rows.length / size));
          expect(await all(file)).toEqual(rows.map(([x, y, n]) => [x / 8, y / 4, n, x * 2 ** 40]));
          const chosen = await open(columns, { columns: ["n", "x"] });
          expect(await all(chosen)).toEqual(rows.map(([x, , n]) => [n, x / 8]));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("reads one column of lists, with the options of the writer, gzip and no compression included", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i, i / 2, -i]);
    const gzip = (input: Uint8Array): Uint8Array => gzipSync(input);
    const ways: WriteOptions[] = [
      {},
      { codec: "UNCOMPRESSED", rowGroupSize: 7 },
      { codec: "GZIP", compressors: { GZIP: gzip }, rowGroupSize: 16 },
    ];
    for (const way of ways) {
      for (const type of ["FLOAT", "DOUBLE"] as const) {
        const file = await open([{ name: "image", data: rows }], {}, { ...way, schema: listSchema("image", type) });
        expect([file.rows, file.columns, file.names]).toEqual([40, 3, ["image"]]);
        expect(await all(file)).toEqual(rows);
      }
    }
  });

  it("says which row of a list is null, of another length, or not finite", async () => {
    const write = { schema: listSchema("v", "DOUBLE") };
    const failing = async (data: unknown[]): Promise<unknown> => all(await open([{ name: "v", data }], {}, write));
    await expect(failing([[1, 2], [3]])).rejects.toThrow(
      'Cannot read parquet: row 1 of "v" has 1 numbers; expected 2 as in row 0',
    );
    await expect(failing([[1, 2], null])).rejects.toThrow('row 1 of "v" is null or empty; expected a list of numbers');
    await expect(failing([[], [1]])).rejects.toThrow('row 0 of "v" is null or empty');
    await expect(failing([[1], [Number.NaN]])).rejects.toThrow('row 1 of "v" has NaN; expected finite numbers');
    const holes = open([{ name: "x", data: [1, null, 3], type: "DOUBLE", nullable: true }]);
    await expect(holes.then(all)).rejects.toThrow('row 1 of "x" has null');
    const huge = open([{ name: "x", data: BigInt64Array.of(1n, 2n ** 60n), type: "INT64" }]);
    await expect(huge.then(all)).rejects.toThrow("whole ones up to 2^53 - 1");
  });

  it("names the columns when none fits", async () => {
    const columns: ColumnSource[] = [
      { name: "label", data: ["a"], type: "STRING" },
      { name: "when", data: [new Date(0)], type: "TIMESTAMP" },
    ];
    await expect(open(columns)).rejects.toThrow(
      'Cannot read parquet: no column was named, the columns are "label" (no numbers), "when" (no numbers); expected one column of lists, columns of numbers, or the names of columns',
    );
    const more: ColumnSource[] = [...columns, { name: "x", data: [1], type: "DOUBLE" }];
    await expect(open(more, { columns: ["y"] })).rejects.toThrow('there is no column "y"');
    await expect(open(more, { columns: ["x", "label"] })).rejects.toThrow('"label" holds no single numbers');
  });

  it("refuses damaged bytes and no rows with a sentence", async () => {
    await expect(openParquet(sourceOf(new ArrayBuffer(100)))).rejects.toThrow(SyntaxError);
    await expect(open([{ name: "x", data: [], type: "DOUBLE" }])).rejects.toThrow("there are no rows");
    const buffer = parquetWriteBuffer({
      columnData: [{ name: "x", data: Float64Array.from({ length: 500 }, Math.sqrt), type: "DOUBLE" }],
    });
    const bytes = new Uint8Array(buffer);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ change;
        await openParquet(sourceOf(damaged.buffer))
          .then(all)
          .then(
            (rows) => expect(rows.length).toBeGreaterThan(0),
            (error: Error) => expect(error.message).toMatch(/^Cannot [\s\S]+: [\s\S]+; expected /),
          );
      }),
    );
  });
});
