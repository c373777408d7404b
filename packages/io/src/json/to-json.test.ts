import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toJson } from "./to-json.js";

describe("toJson", () => {
  it("agrees with JSON.stringify on JSON values without negative zero", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value)); // turns −0 into 0
        expect(toJson(plain)).toBe(JSON.stringify(plain));
      }),
      { seed: 10, numRuns: 100 },
    );
  });

  it("is undone by JSON.parse at any indent, for any doubles", () => {
    const doubles = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(doubles, fc.nat(4), (loss, indent) => {
        expect(JSON.parse(toJson({ loss, deep: [{ loss }] }, { indent }))).toEqual({ loss, deep: [{ loss }] });
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it("keeps key order, drops undefined entries and takes typed arrays for lists", () => {
    expect(toJson({ b: 1, a: undefined, c: Float64Array.of(0.1, -0), d: Float32Array.of(1.5) })).toBe(
      '{"b":1,"c":[0.1,-0],"d":[1.5]}',
    );
  });

  it("puts records on lines of their own and lists of plain values on one", () => {
    expect(toJson({ name: "x", loss: [1, 2], runs: [{ a: [] }, {}] }, { indent: 2 })).toBe(
      '{\n  "name": "x",\n  "loss": [1, 2],\n  "runs": [\n    {\n      "a": []\n    },\n    {}\n  ]\n}',
    );
  });

  it("names the path of NaN, infinities and what has no text", () => {
    expect(() => toJson({ loss: [1, Number.NaN] })).toThrow(
      new RangeError("Cannot write JSON: $.loss[1] is NaN; expected a finite number"),
    );
    expect(() => toJson([{ x: Float64Array.of(Number.NEGATIVE_INFINITY) }])).toThrow("$[0].x[0] is -Infinity");
    expect(() => toJson({ n: 1n })).toThrow(/\$\.n is of type bigint/);
    expect(() => toJson(BigInt64Array.of(1n))).toThrow(/\$\[0\] is of type bigint/);
    expect(() => toJson({ f: () => 0 })).toThrow(/\$\.f is of type function/);
    expect(() => toJson([undefined])).toThrow(/\$\[0\] is of type undefined/);
    expect(() => toJson(new Map())).toThrow(/\$ is a Map/);
  });

  it("refuses a value inside itself, but not twice side by side", () => {
    const twin = { a: 1 };
    expect(toJson([twin, twin])).toBe('[{"a":1},{"a":1}]');
    const loop: Record<string, unknown> = {};
    loop.self = [loop];
    expect(() => toJson(loop)).toThrow("Cannot write JSON: $.self[0] contains itself; expected a tree");
  });
});
