import { describe, expect, test } from "vitest";
import { rngOf } from "../random/index.js";
import { weightedMean } from "./moments.js";
import { toySetNames, toySets } from "./toy-sets.js";

/** The first point of every set for seed 2026, n = 4: a change here changes everyone's data. */
test("the first point of every toy set never changes", () => {
  const first = toySetNames.map((name) => [name, ...toySets[name](rngOf(2026), 4).data.slice(0, 2)]);
  const rounded = first.map(([name, p, q]) => `${name} ${Number(p).toFixed(12)} ${Number(q).toFixed(12)}`);
  expect(rounded).toMatchInlineSnapshot(`
    [
      "checkerboard 3.097824766315 2.619270279189",
      "circles -2.748368714594 -0.053715321970",
      "diagonalMoons -3.488327506997 -0.488327506997",
      "eightGaussians -2.945939445539 3.409674133684",
      "moons -0.895153631081 -0.022381384154",
      "pinwheel -2.393090905434 0.520538894775",
      "spirals 2.157544225582 -0.437001698053",
      "swissRoll -1.551601432928 0.451911402916",
    ]
  `);
});

describe.each(toySetNames)("%s", (name) => {
  const set = toySets[name];

  test("is n finite points of the plane, a function of (rng, n, params) alone", () => {
    for (const n of [1, 2, 7]) {
      const x = set(rngOf(1), n);
      expect([x.size, x.dim]).toEqual([n, 2]);
      expect(x.data.every(Number.isFinite)).toBe(true);
      expect(set(rngOf(1), n, set.defaults)).toEqual(x);
      expect(set(rngOf(2), n)).not.toEqual(x);
    }
  });

  test("has rows in random order: the first half is a fair sample of the whole", () => {
    const n = 4000;
    const x = set(rngOf(3), n);
    const half = weightedMean({ data: x.data.slice(0, n), size: n / 2, dim: 2 });
    const whole = weightedMean(x);
    for (const d of [0, 1]) {
      const column = x.data.filter((_, at) => at % 2 === d);
      const deviation = Math.hypot(...column.map((v) => v - whole[d])) / Math.sqrt(n);
      // Half against whole of the same n: variance of the difference is Var/n; five standard errors.
      expect(Math.abs(half[d] - whole[d])).toBeLessThan((5 * deviation) / Math.sqrt(n));
    }
  });

  test("refuses a count that is not a positive integer and parameters that it does not have", () => {
    for (const n of [0, -1, 2.5])
      expect(() => set(rngOf(1), n)).toThrow(`Cannot draw ${name}: n is ${n}; expected a positive integer`);
    expect(() => set(rngOf(1), 2, { colour: 1 })).toThrow(/it has no parameter "colour"; expected /);
    expect(() => set(rngOf(1), 2, { toString: 1 })).toThrow(/it has no parameter "toString"/);
    const [key] = Object.keys(set.defaults);
    expect(() => set(rngOf(1), 2, { [key]: true })).toThrow(/is true; expected a number such as /);
    expect(() => set(rngOf(1), 2, { [key]: Number.NaN })).toThrow(/is NaN; expected a number such as /);
  });
});
