import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { gzip } from "../bytes/index.js";
import { writeNpy, writeNpz } from "../npy/index.js";
import { writeSafetensors } from "../safetensors/index.js";
import { type ReadTableOptions, readTable } from "./read-table.js";

const x = ndArray("float32", [2, 1, 2], Float32Array.of(1, 2, 3, 4));
const y = ndArray("int64", [2], BigInt64Array.of(7n, 3n));
const text = new Uint8Array(Buffer.from("a,b,kind\n1,2,cat\n3,4,dog\n"));
const rows = { data: Float64Array.of(1, 2, 3, 4), rows: 2, columns: 2 };

describe("readTable", () => {
  it("gives the same rows from every format", () => {
    expect(readTable("p.npy", writeNpy(x))).toEqual({ ...rows, shape: [2, 1, 2] });
    expect(readTable("p.npz", writeNpz({ x }))).toEqual({ ...rows, shape: [2, 1, 2] });
    expect(readTable("p.safetensors", writeSafetensors({ x, y }), { array: "x" })).toEqual({ ...rows, shape: [2, 1, 2] });
    const plain = new Uint8Array(Buffer.from("1 2\n3 4\n"));
    for (const file of [plain, gzip(plain)]) expect(readTable("p.txt", file)).toEqual({ ...rows, shape: [2, 2] });
    expect(readTable("p.idx", Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4))).toEqual({ ...rows, shape: [2, 2] });
  });

  it("takes labels from a column of text or from an array", () => {
    const labels = { index: Int32Array.of(0, 1), names: ["cat", "dog"] };
    expect(readTable("p.csv", text, { labelColumn: "kind" })).toEqual({ ...rows, shape: [2, 2], names: ["a", "b"], labels });
    expect(readTable("p.npz", writeNpz({ x, y }), { labelArray: "y" }).labels).toEqual({
      index: Int32Array.of(1, 0),
      names: ["3", "7"],
    });
  });

  it("does not choose among several arrays, but lists them", () => {
    const file = writeNpz({ x, y });
    expect(() => readTable("p.npz", file)).toThrow(
      new RangeError(
        'Cannot read table: the file has arrays "x" [2, 1, 2], "y" [2]; expected option array to name one (file "p.npz")',
      ),
    );
    expect(() => readTable("p.npz", file, { array: "z" })).toThrow(/there is no array "z", but "x"/);
    expect(() => readTable("p.npz", file, { labelArray: "toString" })).toThrow(/there is no array "toString"/);
    expect(() => readTable("p.npz", writeNpz({}))).toThrow(/arrays none/);
  });

  it("refuses options that do not exist or do not apply", () => {
    expect(() => readTable("p.csv", text, { label: "kind" } as ReadTableOptions)).toThrow(TypeError);
    expect(() => readTable("p.csv", text, { array: "x" })).toThrow(/option array does not apply to csv/);
    expect(() => readTable("p.npy", writeNpy(x), { labelColumn: "last" })).toThrow(/option labelColumn does not apply to npy/);
  });

  it("names the file of every error", () => {
    expect(() => readTable("p.csv", new Uint8Array(Buffer.from("1,2\n3\n")))).toThrow(/line 2 has 1 cells.*\(file "p.csv"\)/);
    expect(() => readTable("p.csv", writeNpy(x))).toThrow(/bytes are those of npy/);
    const nan = writeNpy(ndArray("float64", [2], Float64Array.of(1, Number.NaN)));
    expect(() => readTable("nan.npy", nan)).toThrow(/row 1 has NaN in column 0, 1 of 2 rows .*\(file "nan.npy"\)/);
    expect(() => readTable("p.parquet", text)).toThrow(RangeError);
  });
});
