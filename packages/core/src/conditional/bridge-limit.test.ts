import { expect, test } from "vitest";
import { sinkhorn, squaredDistances } from "../coupling/index.js";
import { bridgeNoise } from "../path/index.js";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { bridgeLimit } from "./bridge-limit.js";
import { pairField } from "./pair-field.js";
import { planPairs } from "./pairs.js";

const cloud = (seed: number, size: number) => points(normal(rngOf(seed), new Float64Array(2 * size)), 2);
const sigma = 0.8;
const [from, to] = [cloud(1, 4), cloud(2, 5)];
const some = planPairs(sinkhorn(squaredDistances(from, to), 4, 5, { epsilon: 2 * sigma ** 2 }), from, to);

test("both means are the limits of those of the field, at either end, from x on and off the atoms", () => {
  const field = pairField(condOt(), some, bridgeNoise(sigma));
  for (const end of [0, 1] as const) {
    const x = points(Float64Array.of(...cloud(3, 3).data, ...(end === 0 ? from : to).data.subarray(0, 2)), 2);
    const limit = bridgeLimit(some, sigma, end, x);
    const errors = [1e-4, 1e-5].map((h) => {
      const { denoiser = [], noise = [] } = field.quantities(end === 0 ? h : 1 - h, x, ["denoiser", "noise"]).values;
      return Math.max(
        ...limit.x1.data.map((v, d) => Math.abs(v - (denoiser[d] ?? Number.NaN))),
        ...limit.x0.data.map((v, d) => Math.abs(v - (noise[d] ?? Number.NaN))),
      );
    });
    // The exponent is off by O(h): ten times nearer, ten times better.
    expect(errors[0]).toBeLessThan(1e-2);
    expect(errors[1]).toBeLessThan(0.15 * errors[0]);
  }
});

test("between two atoms both are nearest, and a lone pair is its own limit", () => {
  const two = planPairs({ rows: 2, columns: 1, mass: Float64Array.of(0.5, 0.5) }, pointsOf([[-1], [1]]), pointsOf([[0]]));
  const middle = bridgeLimit(two, 1, 0, pointsOf([[0]]));
  expect([middle.x0.data[0], middle.x1.data[0]]).toEqual([0, 0]);
  const left = bridgeLimit(two, 1, 0, pointsOf([[-0.1]]));
  expect(left.x0.data[0]).toBe(-1);
});

test("widths and dims that mean nothing are refused", () => {
  expect(() => bridgeLimit(some, 0, 0, from)).toThrow(
    "Cannot take the limit of a bridge: σ is 0; expected a positive finite number",
  );
  expect(() => bridgeLimit(some, 1, 0, pointsOf([[1]]))).toThrow(/x has dim 1, the pairs have dim 2; expected equal dims/);
});
