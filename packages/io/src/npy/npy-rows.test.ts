import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dtype, LAYOUT, ndArray, toFloat64 } from "../array/index.js";
import { NPY_PREFIX, npyRows } from "./npy-rows.js";
import { readNpy } from "./read-npy.js";
import { npyHeader, writeNpy } from "./write-npy.js";

const DTYPES: readonly Dtype[] = ["float64", "float32", "int64", "int32", "int16", "int8", "uint32", "uint16", "uint8"];

describe("npyRows", () => {
  it("any rows, read alone, are those of the whole file", () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      rest: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(shape, fc.constantFrom(...DTYPES), fc.nat(39), fc.nat(39), ({ rows, rest }, dtype, p, q) => {
        const full = [rows, ...rest];
        const count = full.reduce((product, n) => product * n, 1);
        const bytes = new Uint8Array(count * LAYOUT[dtype].bytes).map((_, i) => (i % LAYOUT[dtype].bytes === 0 ? i % 100 : 0));
        const file = writeNpy(ndArray(dtype, full, LAYOUT[dtype].view(bytes.buffer) as never));
        const layout = npyRows(file.subarray(0, NPY_PREFIX), file.length);
        if (layout === undefined) throw new Error("row-major files have a layout");
        expect([layout.rows, layout.columns, layout.shape]).toEqual([rows, count / rows, full]);
        expect(layout.isByte).toBe(dtype === "uint8");
        const [from, to] = [Math.min(p, q) % rows, (Math.max(p, q) % rows) + 1];
        if (from >= to) return;
        const part = file.subarray(layout.start + from * layout.rowBytes, layout.start + to * layout.rowBytes);
        const whole = toFloat64(readNpy(file));
        expect(layout.decode(part)).toEqual(whole.slice(from * layout.columns, to * layout.columns));
      }),
    );
  });

  it("has no layout of rows in Fortran order, and refuses what is no table or not whole", () => {
    const header = (shape: readonly number[]): Uint8Array => npyHeader("float32", shape);
    const fortran = Uint8Array.from(header([2, 3]), (byte) => byte);
    const text = String.fromCharCode(...fortran).replace("False", "True ");
    expect(
      npyRows(
        Uint8Array.from(text, (sign) => sign.charCodeAt(0)),
        fortran.length + 24,
      ),
    ).toBeUndefined();
    expect(() => npyRows(header([2, 3]), header([2, 3]).length + 23)).toThrow("23 bytes follow the header; expected 24");
    expect(() => npyRows(header([]), header([]).length + 4)).toThrow("its shape is []; expected [N, D], both from 1");
    expect(() => npyRows(header([2, 0]), header([2, 0]).length)).toThrow("its shape is [2, 0]");
  });
});
