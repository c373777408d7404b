import { expect, test } from "vitest";
import { atoms } from "../distribution/index.js";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { dataLimit } from "./data-limit.js";

test("away from ties the limit is the nearest atom, with nothing left to know", () => {
  const data = atoms(points(normal(rngOf(1), new Float64Array(60)), 2));
  const x = points(normal(rngOf(2), new Float64Array(10)), 2);
  const limit = dataLimit(data, x, 3);
  const almost = atomPosterior(data).evaluate(x, { alpha: 1, beta: 1e-7 }, { spread: true, top: 1 });
  expect(limit.denoiser.data).toEqual(almost.denoiser.data);
  for (let b = 0; b < 5; b++) {
    expect([limit.ties[b], limit.entropy[b], limit.ess[b], limit.traceCov[b]]).toEqual([1, 0, 1, 0]);
    expect([...limit.top.indices.subarray(3 * b, 3 * b + 3)]).toEqual([almost.top.indices[b], -1, -1]);
    expect([...limit.top.weights.subarray(3 * b, 3 * b + 3)]).toEqual([1, 0, 0]);
    const own = [0, 1].map((d) => x.data[2 * b + d] - limit.denoiser.data[2 * b + d]);
    expect(limit.distance[b]).toBeCloseTo(Math.hypot(...own), 14);
  }
});

test("tied atoms share by their prior weights", () => {
  const data = atoms(
    pointsOf([
      [3, 3],
      [1, 0],
      [0, 1],
      [-1, 0],
    ]),
    [5, 1, 3, 4],
  );
  const { denoiser, distance, ties, entropy, ess, traceCov, top } = dataLimit(data, pointsOf([[0, 0]]), 4);
  const [p, q, r] = [1 / 8, 3 / 8, 4 / 8];
  expect([ties[0], distance[0]]).toEqual([3, 1]);
  expect(denoiser.data[0]).toBeCloseTo(p - r, 15);
  expect(denoiser.data[1]).toBeCloseTo(q, 15);
  expect(entropy[0]).toBeCloseTo(-p * Math.log(p) - q * Math.log(q) - r * Math.log(r), 14);
  expect(ess[0]).toBeCloseTo(1 / (p * p + q * q + r * r), 14);
  expect(traceCov[0]).toBeCloseTo(1 - (p - r) ** 2 - q ** 2, 14);
  expect([...top.indices]).toEqual([3, 2, 1, -1]);
  expect([...top.weights].map((w) => Math.round(8 * w) / 8)).toEqual([r, q, p, 0]);
});

test("a tie of many atoms, and atoms of weight zero, are no trouble", () => {
  const N = 200_000;
  const circle = {
    points: points(
      new Float64Array(N).map((_, i) => (i % 2 === 0 ? 1 : -1)),
      1,
    ),
    logWeights: new Float64Array(N).fill(-Math.log(N)),
  };
  const limit = dataLimit(circle, pointsOf([[0]]), 2);
  expect([limit.ties[0], limit.denoiser.data[0]]).toEqual([N, expect.closeTo(0, 12)]);
  expect(limit.entropy[0]).toBeCloseTo(Math.log(N), 8);
  const weightless = { points: pointsOf([[0], [2]]), logWeights: Float64Array.of(-Infinity, 0) };
  expect([...dataLimit(weightless, pointsOf([[0.1]]), 1).denoiser.data]).toEqual([2]);
});

test("a distance that overflows is refused", () => {
  expect(() => dataLimit(atoms(pointsOf([[0], [1]])), pointsOf([[1e200]]), 0)).toThrow(
    /the squared distance of point 0 overflows/,
  );
});
