import * as fc from "fast-check";
import { expect, test } from "vitest";
import { points, pointsOf, zeros } from "../points/index.js";
import { fork, integers, normal, rngOf } from "../random/index.js";
import { nearestNeighbours } from "./nearest-neighbours.js";

test("the neighbours are the first k of all points sorted by distance, then by index", () => {
  fc.assert(
    fc.property(
      fc.record({ n: fc.integer({ min: 1, max: 40 }), dim: fc.constantFrom(1, 2, 33, 100), seed: fc.nat(), tied: fc.boolean() }),
      ({ n, dim, seed, tied }) => {
        const draw = (name: string, size: number) => {
          const rng = fork(rngOf(seed), name);
          const out = new Float64Array(size * dim);
          return points(tied ? integers(rng, 2, out) : normal(rng, out), dim);
        };
        const [x, data] = [draw("x", 3), draw("data", n)];
        const k = 1 + (seed % n);
        const { indices, distances, count } = nearestNeighbours(x, data, k);
        expect(count).toBe(k);
        for (let b = 0; b < 3; b++) {
          const all = Array.from({ length: n }, (_, i) => {
            let square = 0;
            for (let d = 0; d < dim; d++) square += (x.data[b * dim + d] - data.data[i * dim + d]) ** 2;
            return { i, distance: Math.sqrt(square) };
          }).sort((p, q) => p.distance - q.distance || p.i - q.i);
          expect([...indices.slice(b * k, (b + 1) * k)]).toEqual(all.slice(0, k).map(({ i }) => i));
          expect([...distances.slice(b * k, (b + 1) * k)]).toEqual(all.slice(0, k).map(({ distance }) => distance));
        }
      },
    ),
  );
});

test("a number of neighbours that the data do not have, and points that do not fit, are refused", () => {
  for (const k of [0, 3, 1.5])
    expect(() => nearestNeighbours(zeros(1, 1), zeros(2, 1), k)).toThrow(/^Cannot find neighbours: k is /);
  expect(() => nearestNeighbours(zeros(1, 1), zeros(2, 2), 1)).toThrow(/expected equal dims/);
  expect(() => nearestNeighbours(pointsOf([[Number.NaN]]), zeros(2, 1), 1)).toThrow(/Cannot use x: row 0 has NaN/);
});
