import { expect, test } from "vitest";
import { atoms, kernelDensity, sampleAtoms, sampleMixture } from "../distribution/index.js";
import { points, pointsOf, zeros } from "../points/index.js";
import { fork, normal, rngOf } from "../random/index.js";
import { memorisation } from "./memorisation.js";

const data = atoms(points(normal(rngOf(1), new Float64Array(200)), 2));

test("the ratio is the distance to the nearest atom over that to the second", () => {
  const result = memorisation(pointsOf([[1], [4], [0], [2]]), atoms(pointsOf([[0], [5], [0]])), { threshold: 0.25 });
  expect([...result.ratios]).toEqual([1 / 4, 1 / 4, 0, 2 / 3]);
  expect([...result.nearest]).toEqual([0, 1, 0, 0]);
  expect([...result.distances]).toEqual([1, 1, 0, 2]);
  expect(result.fraction).toBe(1 / 4); // the threshold itself is not below it
});

test("draws of the data are copies, and so are draws of a narrow kernel density; fresh draws are as the population says", () => {
  expect(memorisation(sampleAtoms(rngOf(2), data, 50).points, data).fraction).toBe(1);
  const narrow = sampleMixture(rngOf(3), kernelDensity(data, 1e-6), 50).points;
  expect(memorisation(narrow, data).fraction).toBe(1); // draws are within 1.2e-5 of an atom, and no two of 100 are within 4e-5
  // Near x the data are a Poisson process, d₁²/d₂² is uniform on (0, 1), and so P(d₁/d₂ < r) = r² in the plane.
  const n = 3000;
  const fresh = Array.from({ length: 30 }, (_, k) => {
    const training = atoms(points(normal(fork(rngOf(4), k), new Float64Array(4000)), 2));
    return memorisation(points(normal(fork(rngOf(5), k), new Float64Array((2 * n) / 30)), 2), training).fraction;
  });
  const mean = fresh.reduce((a, b) => a + b) / 30;
  expect(Math.abs(mean - 1 / 9)).toBeLessThan(5 * Math.sqrt(((1 / 9) * (8 / 9)) / n)); // binomial standard error
});

test("a repeated row of the data does not hide its copies", () => {
  const repeated = atoms(pointsOf([[0], [0], [1]]));
  expect(memorisation(pointsOf([[0.01]]), repeated).fraction).toBe(1);
});

test("too little to compare is refused", () => {
  expect(() => memorisation(zeros(1, 1), atoms(pointsOf([[0], [0]])))).toThrow(
    /there are 1 samples and 1 atoms; expected at least 1 and 2/,
  );
  expect(() => memorisation(zeros(0, 2), data)).toThrow(/there are 0 samples/);
  for (const threshold of [0, 1.1, Number.NaN])
    expect(() => memorisation(zeros(1, 2), data, { threshold })).toThrow(/the threshold is /);
});
