import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReadCsvOptions, readCsv } from "./read-csv.js";

const read = (text: string, options: ReadCsvOptions = {}) => readCsv(new Uint8Array(Buffer.from(text)), options);
const numbers = (text: string, options: ReadCsvOptions = {}): number[] => [...read(text, options).data];

describe("readCsv", () => {
  it("reads a plain matrix, without names or labels", () => {
    expect(read("1,2\n3,4.5\n-1e-3,.5\n")).toEqual({
      data: Float64Array.of(1, 2, 3, 4.5, -0.001, 0.5),
      rows: 3,
      columns: 2,
      shape: [3, 2],
    });
  });

  it("takes a first row without numbers as names", () => {
    expect(read("x,y\n1,2")).toMatchObject({ rows: 1, columns: 2, names: ["x", "y"] });
  });

  it("does not lose a first row with one mistake to the header, and says how to make it one", () => {
    expect(() => read("1,2O,3\n4,5,6")).toThrow(
      'Cannot read csv: line 1, column 2 is "2O"; expected a number, or the option header: true if the line names the columns',
    );
    expect(read("id,1,2\n4,5,6", { header: true }).names).toEqual(["id", "1", "2"]);
    expect(() => read("x,y\n1,2", { header: false })).toThrow(/line 1, column 1 is "x"/);
  });

  it("reads any line end, a byte order mark, blank lines and a missing last line end", () => {
    for (const text of ["1,2\r\n3,4\r\n", "1,2\r3,4", "\uFEFF1,2\n\n  \n3,4\n\n", "1,2\n3,4\r\n"])
      expect(numbers(text)).toEqual([1, 2, 3, 4]);
  });

  it("finds tabs, semicolons, bars and aligned spaces, and takes a given delimiter", () => {
    for (const text of [
      "1\t2\n3\t4",
      "1;2\n3;4",
      "1|2\n3|4",
      "1 2\n3 4",
      "  1   2\n 3    4  ",
      "# made by savetxt\n1 2\n3 4\n",
    ]) {
      expect(numbers(text)).toEqual([1, 2, 3, 4]);
    }
    expect(numbers("petal length\n1.5\n2")).toEqual([1.5, 2]);
    expect(() => read("1,5;2,5\n3;4")).toThrow(/column 1 is "1,5"/);
    expect(numbers("1, 2\n3, 4", { delimiter: "," })).toEqual([1, 2, 3, 4]);
  });

  it("takes names from the comment above the numbers, as numpy's savetxt writes them", () => {
    expect(read("# made today\n# x,y\n1,2\n# the end\n").names).toEqual(["x", "y"]);
    expect(read("# a remark, with commas, three\n1,2").names).toBeUndefined();
  });

  it("keeps quoted names with commas and line ends, and counts lines past them", () => {
    expect(read('"a, b","say ""c"""\n1,2').names).toEqual(["a, b", 'say "c"']);
    expect(() => read('"two\nlines",y\n1,2\n3,oops')).toThrow(
      /^Cannot read csv: line 4, column 2 \("y"\) is "oops"; expected a number$/,
    );
  });

  it("names the line and column of a cell that is no number", () => {
    expect(() => read("x,y\n1,2\n\n3,abc\n")).toThrow(
      new SyntaxError('Cannot read csv: line 4, column 2 ("y") is "abc"; expected a number'),
    );
    expect(() => read("1,2\n3,\n")).toThrow("Cannot read csv: line 2, column 2 is empty; expected a number");
    for (const cell of ["0x10", "1_000", "1e", "--1", "1.2.3", "true", "１"])
      expect(() => read(`1,2\n3,${cell}`)).toThrow(SyntaxError);
  });

  it("names the line of a row of another length", () => {
    expect(() => read("1,2\n3,4,5\n")).toThrow(new SyntaxError("Cannot read csv: line 2 has 3 cells; expected 2 as in line 1"));
    expect(() => read("x,y\n1,2,3\n")).toThrow(/line 2 has 3 cells, the header has 2/);
  });

  it("names the first row that is not finite and counts them all", () => {
    expect(() => read("x,y\n1,2\nnan,NaN\n3,4\n5,-inf\n")).toThrow(
      new RangeError(
        'Cannot read csv: row 1, line 3, column 1 ("x") is "nan", 2 of 4 rows are not finite; expected finite numbers',
      ),
    );
    expect(() => read("1e999,2")).toThrow(RangeError);
  });

  it("refuses a file without numbers, a quote that does not close and bytes that are not UTF-8", () => {
    for (const text of ["", "\n\n", "x,y\n", "# only a remark"]) expect(() => read(text)).toThrow(/no rows of numbers/);
    expect(() => read('1,2\n"3,4\n5,6')).toThrow(/line 2 has a quote out of place/);
    expect(() => readCsv(Uint8Array.of(0x31, 0xff))).toThrow(SyntaxError);
  });

  it("refuses an option it does not know", () => {
    expect(() => read("1", { headers: true } as ReadCsvOptions)).toThrow('Cannot read csv: there is no option "headers"');
  });

  it("reads gzipped text by its magic bytes", () => {
    expect(readCsv(gzipSync("1,2\n3,4")).data).toEqual(Float64Array.of(1, 2, 3, 4));
  });

  it("agrees with JSON's number reader on any finite numbers", () => {
    const matrix = fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(matrix, (rows) => {
        const text = rows.map((row) => row.map((value) => JSON.stringify(value)).join(",")).join("\n");
        expect(numbers(text)).toEqual(JSON.parse(`[${text.replaceAll("\n", ",")}]`));
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});

describe("readCsv with labels", () => {
  const flowers = "length,kind,width\n1,setosa,2\n3,virginica,4\n5, setosa,6\n";
  const labels = { index: Int32Array.of(0, 1, 0), names: ["setosa", "virginica"] };

  it("takes the label column by name or index and leaves it out of numbers and names", () => {
    for (const labelColumn of ["kind", 1]) {
      expect(read(flowers, { labelColumn })).toMatchObject({
        data: Float64Array.of(1, 2, 3, 4, 5, 6),
        columns: 2,
        names: ["length", "width"],
        labels,
      });
    }
  });

  it("does not take a text label for a header", () => {
    expect(read("1,2,a\n3,4,b\n", { labelColumn: "last" })).toMatchObject({ rows: 2, labels: { names: ["a", "b"] } });
  });

  it("orders numeric classes by value and joins their spellings", () => {
    const { labels: found } = read("1,10\n2,9\n3,9.0\n", { labelColumn: "last" });
    expect(found).toEqual({ index: Int32Array.of(1, 0, 0), names: ["9", "10"] });
  });

  it("refuses a column that is absent, doubly named, unnamed, empty or the only one", () => {
    expect(() => read(flowers, { labelColumn: "sort" })).toThrow(/"length", "kind", "width"; expected the name of one column/);
    expect(() => read("a,a\n1,2", { labelColumn: "a" })).toThrow(RangeError);
    expect(() => read("1,2", { labelColumn: "a" })).toThrow(/no row names the columns/);
    expect(() => read("1,2", { labelColumn: 2 })).toThrow("labelColumn is 2; expected a column from 0 to 1");
    expect(() => read("1,2\n3,\n", { labelColumn: "last" })).toThrow("line 2, column 2 is empty; expected a label");
    expect(() => read("1\n2", { labelColumn: "last" })).toThrow(/only column/);
  });

  it("reads 1797 handwritten digits of ten classes, with the pixel sum that a line-by-line sum gives", () => {
    const file = readFileSync(new URL("../../../cli/data/digits.csv.gz", import.meta.url));
    const { rows, columns, labels: found, data } = readCsv(file, { labelColumn: "last" });
    expect([rows, columns, found?.names]).toEqual([1797, 64, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]]);
    const lines = gunzipSync(file).toString().trim().split("\n");
    const cells = lines.map((line) => line.split(",").map(Number));
    expect(Array.from(found?.index ?? [])).toEqual(cells.map((row) => row[64]));
    expect(data.reduce((a, b) => a + b)).toBe(cells.flatMap((row) => row.slice(0, 64)).reduce((a, b) => a + b));
  });
});
