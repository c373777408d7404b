import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flatParameters, namedParameters, parameter, parameterCount } from "./parameters.js";

const parameters = [parameter("a", [2, 3], 0), parameter("b", [2], 6)];

describe("parameters", () => {
  it("know their size and count", () => {
    expect(parameters).toEqual([
      { name: "a", shape: [2, 3], offset: 0, size: 6 },
      { name: "b", shape: [2], offset: 6, size: 2 },
    ]);
    expect(parameterCount(parameters)).toBe(8);
  });

  it("flatParameters inverts namedParameters, which copies nothing", () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 8, maxLength: 8, noNaN: true }), (theta) => {
        const named = namedParameters(parameters, theta);
        expect(named.a?.buffer).toBe(theta.buffer);
        expect(flatParameters(parameters, named)).toEqual(theta);
      }),
    );
  });

  it("refuse arrays that are missing, strange or of another length", () => {
    const a = new Float32Array(6);
    expect(() => namedParameters(parameters, a)).toThrow("Cannot name the parameters: there are 6 numbers; expected 8");
    expect(() => flatParameters(parameters, { a })).toThrow(
      'Cannot read the parameters: "b" has no numbers; expected 2 for shape [2]',
    );
    expect(() => flatParameters(parameters, { a, b: [1] })).toThrow('"b" has 1 numbers; expected 2');
    expect(() => flatParameters(parameters, { a, b: [1, 2], c: [3] })).toThrow(
      'Cannot read the parameters: "c" is not a parameter of this network; expected a, b',
    );
  });
});
