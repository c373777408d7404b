import * as fc from "fast-check";
import { expect, test } from "vitest";
import { points, pointsOf, row } from "../points/index.js";
import { rngOf } from "../random/index.js";
import { atoms, sampleAtoms } from "./atoms.js";

const smallRows = fc.integer({ min: 1, max: 3 }).chain((dim) =>
  fc.array(
    fc.tuple(fc.array(fc.constantFrom(-1, -0, 0, 0.5), { minLength: dim, maxLength: dim }), fc.integer({ min: 1, max: 9 })),
    {
      minLength: 1,
      maxLength: 40,
    },
  ),
);

test("rows equal in every coordinate become one atom with the sum of their weights", () => {
  fc.assert(
    fc.property(smallRows, (rows) => {
      const mass = new Map<string, number>();
      for (const [z, w] of rows) mass.set(JSON.stringify(z), (mass.get(JSON.stringify(z)) ?? 0) + w); // JSON writes −0 as 0
      const data = pointsOf(rows.map(([z]) => z));
      const total = rows.reduce((sum, [, w]) => sum + w, 0);
      const p = atoms(
        data,
        rows.map(([, w]) => w),
      );
      expect(p.points.size).toBe(mass.size);
      expect(p.merged).toBe(rows.length - mass.size);
      [...mass].forEach(([z, w], i) => {
        expect(JSON.stringify([...row(p.points, i)])).toBe(z); // in the order of first appearance
        expect(Math.exp(p.logWeights[i])).toBeCloseTo(w / total, 14);
      });
      for (let r = 0; r < data.size; r++) {
        expect(row(p.points, p.atomOfRow[r]).map((v) => v + 0)).toEqual(row(data, r).map((v) => v + 0));
      }
    }),
  );
});

test("distinct rows of equal weight are kept without a copy", () => {
  const data = pointsOf([[0], [1], [2]]);
  const p = atoms(data);
  expect(p.points).toBe(data);
  expect([...p.logWeights]).toEqual([-Math.log(3), -Math.log(3), -Math.log(3)]);
});

test("draws are atoms in proportion to their weights, and draw b does not depend on how many are drawn", () => {
  const p = atoms(pointsOf([[5], [7], [9]]), [1, 2, 5]);
  const n = 40_000;
  const draws = sampleAtoms(rngOf(1), p, n);
  [1, 2, 5].forEach((w, i) => {
    const count = draws.indices.filter((index) => index === i).length;
    expect(Math.abs(count - (n * w) / 8)).toBeLessThan(5 * Math.sqrt((n * w * (8 - w)) / 64)); // standard errors
  });
  draws.indices.forEach((i, b) => {
    expect(draws.points.data[b]).toBe(p.points.data[i]);
  });
  expect(sampleAtoms(rngOf(1), p, 3).points.data).toEqual(draws.points.data.slice(0, 3));
});

test("data without points, with holes or with weights that are not positive are refused, naming the row", () => {
  expect(() => atoms(points(new Float64Array(0), 2))).toThrow("Cannot use the data: there are no points; expected at least 1");
  expect(() => atoms(pointsOf([[0], [Number.NaN]]))).toThrow(/row 1 has NaN in column 0/);
  expect(() => atoms(pointsOf([[0], [1]]), [1, 0])).toThrow(/weight 1 is 0; expected a positive finite number/);
  expect(() => atoms(pointsOf([[0], [1]]), [-1, 1])).toThrow(/weight 0 is -1/);
  expect(() => atoms(pointsOf([[0], [1]]), [1])).toThrow(/there are 1 weights; expected one for each of 2 rows/);
});
