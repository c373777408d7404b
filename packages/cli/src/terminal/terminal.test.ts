import { describe, expect, it } from "vitest";
import { bytes, count, duration, number } from "./format.js";
import { canonicalJson, jsonText } from "./json-text.js";
import { paintFor } from "./paint.js";
import { table, width } from "./table.js";

const ESC = "\u001b";

describe("format", () => {
  it("writes numbers to a few significant digits", () => {
    expect([1797, 0.1, 1 / 3, 1e-9, -2.5e8 / 3, 12345.678].map((v) => number(v))).toEqual([
      "1,797",
      "0.1",
      "0.33333",
      "1e-9",
      "-8.3333e+7",
      "12346",
    ]);
  });

  it("writes durations and sizes in the unit that fits", () => {
    expect([0.04, 9.94, 9.96, 59.4, 59.6, 185, 7800].map(duration)).toEqual([
      "0.0 s",
      "9.9 s",
      "10 s",
      "59 s",
      "1 min 00 s",
      "3 min 05 s",
      "2 h 10 min",
    ]);
    expect([0, 999, 3210, 14_000_000].map(bytes)).toEqual(["0 B", "999 B", "3.2 kB", "14 MB"]);
    expect([count(1, "point"), count(2, "point"), count(2, "entry", "entries")]).toEqual(["1 point", "2 points", "2 entries"]);
  });
});

describe("jsonText", () => {
  it("is one line that spreads typed arrays", () => {
    expect(jsonText({ a: Float64Array.of(1, 2), b: [Int32Array.of(3)], c: "x\ny" })).toBe('{"a":[1,2],"b":[[3]],"c":"x\\ny"}');
  });

  it("refuses NaN and infinities, also inside typed arrays, instead of writing null", () => {
    expect(() => jsonText({ loss: Number.NaN })).toThrow("$.loss is NaN; expected a finite number");
    expect(() => jsonText({ v: Float64Array.of(Number.POSITIVE_INFINITY) })).toThrow("Infinity");
  });

  it("canonicalJson does not depend on the order of keys", () => {
    expect(canonicalJson({ b: { d: 1, c: [2, { f: 3, e: 4 }] }, a: null })).toBe('{"a":null,"b":{"c":[2,{"e":4,"f":3}],"d":1}}');
  });
});

describe("table", () => {
  it("aligns columns, also with colours and Chinese", () => {
    expect(width("流匹配")).toBe(6);
    const red = paintFor({ write: () => undefined, isTTY: true }, {})("red", "x");
    expect(
      table(
        [
          ["流", "1"],
          [red, "10"],
        ],
        ["l", "r"],
      ),
    ).toBe(`  流   1\n  ${red}  10\n`.replace(`${red}  10`, `${red}   10`));
  });
});

describe("paintFor", () => {
  const screen = { write: () => undefined, isTTY: true };
  const pipe = { write: () => undefined };
  it("colours only where a person looks, and obeys NO_COLOR and FORCE_COLOR", () => {
    expect(paintFor(screen, {})("red", "x")).toBe(`${ESC}[31mx${ESC}[39m`);
    expect(paintFor(screen, { NO_COLOR: "1" })("red", "x")).toBe("x");
    expect(paintFor(screen, { TERM: "dumb" })("red", "x")).toBe("x");
    expect(paintFor(pipe, {})("red", "x")).toBe("x");
    expect(paintFor(pipe, { FORCE_COLOR: "1" })("red", "x")).toContain(ESC);
    expect(paintFor(pipe, { FORCE_COLOR: "0" })("red", "x")).toBe("x");
  });
});
