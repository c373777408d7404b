import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv } from "./read-csv.js";
import { type CsvTable, writeCsv } from "./write-csv.js";

const text = (table: CsvTable): string => Buffer.from(writeCsv(table)).toString();

describe("writeCsv", () => {
  it("writes shortest numbers, names and labels", () => {
    const table = { data: Float64Array.of(0.1, -0, 1e300, 1 / 3), rows: 2, columns: 2 };
    expect(text(table)).toBe("0.1,-0\n1e+300,0.3333333333333333\n");
    const labels = { index: Int32Array.of(1, 0), names: ["cat", 'a "dog", big'] };
    expect(text({ ...table, names: ["x", "y"], labels })).toBe(
      'x,y,label\n0.1,-0,"a ""dog"", big"\n1e+300,0.3333333333333333,cat\n',
    );
  });

  it("is undone by readCsv, bit for bit, over several chunks of rows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 3 }),
        (columns, values) => {
          const rows = Math.floor(values.length / columns);
          const table = {
            data: Float64Array.from(values.slice(0, rows * columns)),
            rows,
            columns,
            names: ["a", "b", "c"].slice(0, columns),
          };
          expect(readCsv(writeCsv(table))).toEqual({ ...table, shape: [rows, columns] });
        },
      ),
      { seed: 6, numRuns: 100 },
    );
    const long = { data: Float64Array.from({ length: 10_000 }, (_, i) => i / 7), rows: 10_000, columns: 1 };
    expect(readCsv(writeCsv(long))).toEqual({ ...long, shape: [10_000, 1] });
  });

  it("is undone by readCsv with the last column as the label", () => {
    const table = {
      data: Float64Array.of(1, 2),
      rows: 2,
      columns: 1,
      names: ["x"],
      labels: { index: Int32Array.of(1, 0), names: ["a", "b"] },
    };
    expect(readCsv(writeCsv(table), { labelColumn: "last" })).toEqual({ ...table, shape: [2, 1] });
  });

  it("refuses NaN, naming the row, and counts that disagree", () => {
    const data = Float64Array.of(1, 2, 3, Number.NaN);
    expect(() => writeCsv({ data, rows: 2, columns: 2 })).toThrow(/row 1 has NaN in column 1, 1 of 2 rows are not finite/);
    expect(() => writeCsv({ data, rows: 3, columns: 2 })).toThrow(RangeError);
    expect(() => writeCsv({ data, rows: 2, columns: 2, names: ["x"] })).toThrow(/1 names for 2 columns/);
    expect(() => writeCsv({ data, rows: 2, columns: 2, labels: { index: Int32Array.of(0), names: ["a"] } })).toThrow(
      /1 labels for 2 rows/,
    );
  });
});
