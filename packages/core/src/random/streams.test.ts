import { expect, test } from "vitest";
import { choice, cumulativeSum } from "./choice.js";
import { integers } from "./integers.js";
import { normal } from "./normal.js";
import { permutation, sampleWithoutReplacement } from "./permutation.js";
import { rademacher } from "./rademacher.js";
import { bits52, fork, rngOf, uniform } from "./rng.js";

/** The first draws of every stream: a change here changes what every seed of every user means. */
test("the first draws of every stream never change", () => {
  const rng = rngOf(2026);
  expect(fork(rng, "batch", 3)).toMatchInlineSnapshot(`
    {
      "k0": 1029113152,
      "k1": 3729848212,
    }
  `);
  expect([...bits52(rng, new Float64Array(3))]).toMatchInlineSnapshot(`
    [
      1941404911066873,
      3163206523528956,
      4450820139858997,
    ]
  `);
  expect([...uniform(rng, new Float64Array(3))]).toMatchInlineSnapshot(`
    [
      0.43107848647735947,
      0.7023729428132689,
      0.9882805995473637,
    ]
  `);
  expect([...normal(rng, new Float64Array(5))]).toMatchInlineSnapshot(`
    [
      -0.17362908463853463,
      0.531237637591725,
      2.266205551500222,
      -0.15658506803199504,
      0.5077315433293751,
    ]
  `);
  expect([...integers(rng, 1000, new Float64Array(5))]).toMatchInlineSnapshot(`
    [
      873,
      956,
      997,
      748,
      70,
    ]
  `);
  expect([...permutation(rng, 8)]).toMatchInlineSnapshot(`
    [
      1,
      3,
      0,
      6,
      2,
      7,
      5,
      4,
    ]
  `);
  expect([...sampleWithoutReplacement(rng, 1e9, 3)]).toMatchInlineSnapshot(`
    [
      911066873,
      526692163,
      148760639,
    ]
  `);
  expect([...choice(rng, cumulativeSum([1, 2, 3, 4]), new Uint32Array(8))]).toMatchInlineSnapshot(`
    [
      2,
      3,
      3,
      2,
      3,
      3,
      3,
      3,
    ]
  `);
  expect([...rademacher(rng, new Float64Array(8))]).toMatchInlineSnapshot(`
    [
      1,
      1,
      -1,
      -1,
      -1,
      1,
      1,
      1,
    ]
  `);
});
