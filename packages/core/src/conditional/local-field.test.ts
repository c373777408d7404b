import { expect, test } from "vitest";
import { equalWeights, onPath, problem } from "../../../../conformance/posterior-problems.js";
import { atomPosterior, marginalField } from "../field/index.js";
import { points, pointsOf, row, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import { localField, patchParts } from "./local-field.js";

test("one part that sees all is the marginal field", () => {
  const { atoms: all } = problem(30, 4, 90);
  for (const scheduler of [condOt(), cosine()]) {
    const field = localField(scheduler, 4, [{ coordinates: [2, 0, 1, 3], posterior: atomPosterior(all) }]);
    const want = marginalField(scheduler, atomPosterior(all));
    const x = onPath(all, { alpha: 0.5, beta: 0.5 }, 5, 91);
    const [p, q] = [field, want].map((f) => f.evaluate(0.6, x, zerosLike(x)).data);
    p.forEach((v, d) => {
      expect(Math.abs(v - q[d])).toBeLessThan(1e-13 * (1 + Math.abs(q[d])));
    });
  }
});

test("every pixel by itself is a field of the line, and a patch sees its pixels and no others", () => {
  const all = equalWeights(points(normal(rngOf(92), new Float64Array(20 * 6)), 6));
  const scheduler = condOt();
  const picture = { width: 3, height: 2 };
  const x = onPath(all, { alpha: 0.5, beta: 0.5 }, 3, 93);
  const alone = localField(scheduler, 6, patchParts(all, picture, 0)).evaluate(0.5, x, zerosLike(x));
  for (let d = 0; d < 6; d++) {
    const column = points(
      Float64Array.from({ length: 20 }, (_, i) => row(all.points, i)[d]),
      1,
    );
    const line = marginalField(scheduler, atomPosterior(equalWeights(column)));
    const xd = points(
      Float64Array.from({ length: 3 }, (_, b) => row(x, b)[d]),
      1,
    );
    const want = line.evaluate(0.5, xd, zerosLike(xd));
    for (let b = 0; b < 3; b++) expect(Math.abs(row(alone, b)[d] - want.data[b])).toBeLessThan(1e-13);
  }
  const near = localField(scheduler, 6, patchParts(all, picture, 1));
  const before = near.denoiser(0.5, x, zerosLike(x));
  const other = points(
    x.data.map((v, at) => (at % 6 === 2 ? v + 1 : v)),
    6,
  ); // the upper right pixel
  const after = near.denoiser(0.5, other, zerosLike(x));
  for (let b = 0; b < 3; b++) {
    for (const d of [0, 3]) expect(row(after, b)[d]).toBe(row(before, b)[d]); // the left column is two away
    for (const d of [1, 2, 4, 5]) expect(row(after, b)[d]).not.toBe(row(before, b)[d]);
  }
});

test("local denoisers make what is in no data set: two pixels that are far apart choose by themselves", () => {
  const all = equalWeights(
    pointsOf([
      [-1, 0, -1],
      [1, 0, 1],
    ]),
  );
  const field = localField(condOt(), 3, patchParts(all, { width: 3, height: 1 }, 1));
  const x = pointsOf([[0.9, 0, -0.9]]);
  const mean = field.denoiser(0.95, x, zerosLike(x));
  expect(mean.data[0]).toBeGreaterThan(0.999);
  expect(mean.data[2]).toBeLessThan(-0.999);
  expect(
    Math.abs(marginalField(condOt(), atomPosterior(all)).posterior.evaluate(x, { alpha: 0.95, beta: 0.05 }).denoiser.data[0]),
  ).toBeLessThan(1e-12);
});

test("coordinates that nothing moves, that two parts move or that are none are refused", () => {
  const posterior = atomPosterior(problem(3, 2, 94).atoms);
  const compose =
    (...coordinates: number[][]) =>
    () =>
      localField(
        condOt(),
        2,
        coordinates.map((c) => ({ coordinates: c, posterior })),
      );
  expect(compose([0])).toThrow("Cannot compose a field: nothing moves coordinate 1; expected each once");
  expect(compose([0, 1], [1])).toThrow(/coordinate 1 is none of 2, or moved twice/);
  expect(compose([0, 1, 2])).toThrow(/coordinate 2 is none of 2/);
  expect(() => patchParts(problem(3, 2, 94).atoms, { width: 3, height: 1 }, 1)).toThrow(/^Cannot cut patches/);
});
