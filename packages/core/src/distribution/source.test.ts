import { expect, test } from "vitest";
import { pointsOf, zeros } from "../points/index.js";
import { rngOf } from "../random/index.js";
import { standardNormal } from "./gaussian-source.js";
import { userSource } from "./source.js";

const normal2 = standardNormal(2);

test("a user's source is its functions, and not known to be isotropic", () => {
  const source = userSource(normal2);
  expect(source.isotropic).toBe(false);
  expect(source.sample(rngOf(1), 3)).toEqual(normal2.sample(rngOf(1), 3));
  const x = pointsOf([[1, 2]]);
  expect(source.logDensity(x, new Float64Array(1))).toEqual(normal2.logDensity(x, new Float64Array(1)));
  expect(source.score(x, zeros(1, 2)).data).toEqual(Float64Array.of(-1, -2));
});

test("a user's source that breaks its shapes, or gives what is not finite, is refused", () => {
  expect(() => userSource({ ...normal2, dim: 0 })).toThrow("Cannot make a source: dim is 0; expected a positive integer");
  const wrong = userSource({ ...normal2, sample: () => zeros(1, 3) });
  expect(() => wrong.sample(rngOf(1), 2)).toThrow("Cannot draw from the source: it gave [1, 3]; expected [2, 2]");
  const infinite = userSource({ ...normal2, sample: () => pointsOf([[0, Number.NaN]]) });
  expect(() => infinite.sample(rngOf(1), 1)).toThrow(/the draws of the source: row 0 has NaN in column 1/);
  expect(() => userSource(normal2).score(zeros(1, 3), zeros(1, 3))).toThrow(/x has dim 3, the source has dim 2/);
});
