import { atoms, normal, points, rngOf } from "@fluxion/core";
import { expect, test } from "vitest";
import { bindFloats } from "./bind-floats.js";
import { bindAtoms } from "./bound-atoms.js";

const [N, D] = [300, 5];
const rows = (): Float32Array => Float32Array.from(normal(rngOf(1), new Float64Array(N * D)), (v) => v + 3);

test("float rows are bound as the same numbers in float64 are, but for the float64", () => {
  const { atoms: given, ...bound } = bindAtoms(atoms(points(Float64Array.from(rows()), D)));
  expect(given?.points.size).toBe(N);
  expect(bindFloats(rows(), D)).toEqual(bound);
});

test("rows are centred in their own array where that is asked for, and kept where it is not", () => {
  const own = rows();
  const apart = bindFloats(own, D);
  expect(own).toEqual(rows());
  const bound = bindFloats(own, D, { into: own });
  expect(bound.stored).toBe(own);
  expect(bound).toEqual(apart);
  expect(apart.atoms).toBeUndefined();
});

test("the center is that of the weights", () => {
  const bound = bindFloats(Float32Array.of(0, 8), 1, { logWeights: Float64Array.of(Math.log(0.75), Math.log(0.25)) });
  expect(bound.center[0]).toBeCloseTo(2, 14);
  expect([...bound.stored].map((y) => Math.round(y))).toEqual([-2, 6]);
});

test("rows that do not fit, or are not finite, are refused", () => {
  expect(() => bindFloats(rows(), 7)).toThrow("there are 1500 numbers for dim 7");
  expect(() => bindFloats(new Float32Array(0), 2)).toThrow(RangeError);
  expect(() => bindFloats(rows(), D, { logWeights: new Float64Array(3) })).toThrow("3 weights; expected 300");
  expect(() => bindFloats(rows(), D, { into: new Float32Array(3) })).toThrow("3 numbers of room; expected 1500");
  expect(() => bindFloats(Float32Array.of(1, Number.NaN), 1)).toThrow(RangeError);
});
