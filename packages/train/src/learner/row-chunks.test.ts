import { zeros } from "@fluxion/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { programRows, readChunk, rowChunks, writeChunk } from "./row-chunks.js";

const light = { flopsPerPoint: 1e5 };

describe("rowChunks", () => {
  it("cover every row once, in order, with fewer padding rows than rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (size) => {
        let next = 0;
        for (const { from, to, rows } of rowChunks(size, light)) {
          expect(from).toBe(next);
          expect(rows).toBe(programRows(to - from));
          expect(rows).toBeGreaterThanOrEqual(to - from);
          expect(rows).toBeLessThan(2 * (to - from) + 1);
          next = to;
        }
        expect(next).toBe(size);
      }),
    );
  });

  it("ask for at most 22 different programs", () => {
    const counts = new Set(Array.from({ length: 1024 }, (_, i) => programRows(i + 1)));
    expect(counts.size).toBe(22);
    expect(Math.max(...counts)).toBe(1024);
  });

  it("are shorter for a network of more operations, down to 64 rows", () => {
    const longest = (flopsPerPoint: number): number => Math.max(...rowChunks(5000, { flopsPerPoint }).map(({ rows }) => rows));
    expect([0, 1e5, 8e6, 3e7, 1e8, 1e12].map(longest)).toEqual([1024, 1024, 1024, 256, 64, 64]);
  });

  it("have no runs for an empty batch", () => {
    expect(rowChunks(0, light)).toEqual([]);
  });

  it("read rows with zeros behind them and write them back without", () => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 6);
    const chunk = { from: 1, to: 3, rows: 4 };
    const values = readChunk(chunk, data, 2);
    expect([...values]).toEqual([3, 4, 5, 6, 0, 0, 0, 0]);
    const out = zeros(3, 2);
    writeChunk(chunk, values.fill(9, 4), out);
    expect([...out.data]).toEqual([0, 0, 3, 4, 5, 6]);
  });
});
