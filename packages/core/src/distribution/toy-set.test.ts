import { expect, test } from "vitest";
import { rngOf, uniform } from "../random/index.js";
import { requireNonNegative, toySet } from "./toy-set.js";

interface LineParams {
  readonly length: number;
  readonly upright: boolean;
}

const line = toySet<LineParams>("line", { length: 2, upright: false }, (rng, n, { length, upright }) => {
  const u = uniform(rng, new Float64Array(n));
  return Float64Array.from({ length: 2 * n }, (_, at) => ((at % 2 === 1) === upright ? length * u[at >> 1] : 0));
});

test("parameters that are not given have their defaults", () => {
  const u = uniform(rngOf(1), new Float64Array(2));
  expect([...line(rngOf(1), 2).data]).toEqual([2 * u[0], 0, 2 * u[1], 0]);
  expect([...line(rngOf(1), 2, { upright: true }).data]).toEqual([0, 2 * u[0], 0, 2 * u[1]]);
  expect([...line(rngOf(1), 1, { length: 5 }).data]).toEqual([5 * u[0], 0]);
  expect(line.defaults).toEqual({ length: 2, upright: false });
});

test("a parameter of the wrong name or type is refused, saying what would be right", () => {
  const loose = line as unknown as (rng: ReturnType<typeof rngOf>, n: number, params: object) => unknown;
  expect(() => loose(rngOf(1), 1, { size: 1 })).toThrow('Cannot draw line: it has no parameter "size"; expected length, upright');
  expect(() => loose(rngOf(1), 1, { upright: 1 })).toThrow("Cannot draw line: upright is 1; expected a boolean such as false");
  expect(() => loose(rngOf(1), 1, { length: "2" })).toThrow("Cannot draw line: length is 2; expected a number such as 2");
  expect(() => loose(rngOf(1), 1, { length: Infinity })).toThrow(/length is Infinity; expected a number such as 2/);
});

test("a negative width is refused by name", () => {
  expect(() => requireNonNegative("line", { length: 0, noise: -1 })).toThrow(
    "Cannot draw line: noise is -1; expected a number ≥ 0",
  );
});
