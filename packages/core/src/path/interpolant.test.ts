import { describe, expect, test } from "vitest";
import { points } from "../points/index.js";
import { fork, normal, rngOf } from "../random/index.js";
import { condOt, cosine, vp } from "../scheduler/index.js";
import { derivative } from "../verify/difference.js";
import {
  encodingDecodingInterpolant,
  type Interpolant,
  interpolant,
  interpolantBatch,
  interpolantPoints,
  linearInterpolant,
  mirrorInterpolant,
  oneSidedInterpolant,
  trigonometricInterpolant,
} from "./interpolant.js";
import { bridgeNoise, constantNoise, logisticNoise, noNoise, quadraticNoise, sineSquaredNoise } from "./pair-noise.js";
import { pathBatch } from "./path-batch.js";

const bridge = bridgeNoise(Math.SQRT2);
const all: Interpolant[] = [
  linearInterpolant(bridge),
  linearInterpolant(quadraticNoise(2)),
  linearInterpolant(logisticNoise()),
  linearInterpolant(constantNoise(0.3)),
  linearInterpolant(noNoise()),
  trigonometricInterpolant(bridgeNoise(1)),
  trigonometricInterpolant(sineSquaredNoise(0.7)),
  encodingDecodingInterpolant(),
  mirrorInterpolant(bridge),
  oneSidedInterpolant(cosine()),
  interpolant(cosine(), constantNoise(0.5)),
];
const three = (seed: number, size = 3) => points(normal(fork(rngOf(9), seed), new Float64Array(2 * size)), 2);
const ends = { x0: three(0), x1: three(1), z: three(2) };
const constant = (t: number) => new Float64Array(3).fill(t);

/** Ten times the error that the differences see in themselves, and the rounding of values of size 10. */
const near = (value: number, { value: by, error }: { value: number; error: number }) =>
  expect(Math.abs(value - by)).toBeLessThanOrEqual(10 * error + 1e-10);

describe.each(all.map((path) => [path.name, path] as const))("%s", (_, path) => {
  test("İ, γ̇ and γγ̇ are derivatives, of the points as well", () => {
    for (const t of [0.13, 0.4, 0.62, 0.9]) {
      const { gamma, dGamma, variance, halfRate } = path.noise.at(t);
      near(
        dGamma,
        derivative((h) => path.noise.at(t + h).gamma, 0.02),
      );
      near(
        2 * halfRate,
        derivative((h) => path.noise.at(t + h).variance, 0.02),
      );
      expect(Math.abs(variance - gamma * gamma)).toBeLessThanOrEqual(1e-15);
      const { ut } = interpolantBatch(path, constant(t), ends);
      ut.data.forEach((v, d) => {
        near(
          v,
          derivative((h) => interpolantPoints(path, constant(t + h), ends).xt.data[d], 0.02),
        );
      });
    }
  });

  test("points, drift and γγ̇ are finite at both ends", () => {
    for (const t of [0, 1]) {
      const { xt, drift } = interpolantPoints(path, constant(t), ends);
      expect([...xt.data, ...drift.data, path.noise.at(t).halfRate].every(Number.isFinite)).toBe(true);
    }
  });

  test("u_t at x_t is the conditional vector field İ + (γγ̇/γ²)(x − I)", () => {
    const { xt, ut, drift } = interpolantBatch(path, constant(0.3), ends);
    const { alpha, beta } = path.curve.at(0.3);
    const { variance, halfRate } = path.noise.at(0.3);
    ut.data.forEach((v, d) => {
      const apart = xt.data[d] - alpha * ends.x1.data[d] - beta * ends.x0.data[d];
      const rate = variance > 0 ? halfRate / variance : 0;
      expect(Math.abs(v - drift.data[d] - rate * apart)).toBeLessThan(1e-12);
    });
  });
});

test("two-sided interpolants begin in x0 and end in x1 exactly, where their noise vanishes", () => {
  for (const path of all.filter(({ noise, curve }) => noise.at(0).gamma === 0 && curve.name !== "mirror")) {
    const [from, to] = [0, 1].map((t) => interpolantPoints(path, constant(t), ends).xt.data);
    expect([path.name, ...from]).toEqual([path.name, ...ends.x0.data]);
    expect([path.name, ...to]).toEqual([path.name, ...ends.x1.data]);
  }
  for (const t of [0, 1]) {
    expect([...interpolantPoints(mirrorInterpolant(bridge), constant(t), ends).xt.data]).toEqual([...ends.x1.data]);
  }
});

test("γ = √(2t(1 − t)) ends with γγ̇ = ±1 while γ̇ is infinite, and its velocities are refused there", () => {
  expect([bridge.at(0).dGamma, bridge.at(1).dGamma]).toEqual([Infinity, -Infinity]);
  expect(Math.abs(bridge.at(0).halfRate - 1)).toBeLessThan(1e-15);
  expect(Math.abs(bridge.at(1).halfRate + 1)).toBeLessThan(1e-15);
  expect(() => interpolantBatch(linearInterpolant(bridge), constant(0), ends)).toThrow(
    /at t = 0: γ̇ is Infinity; expected a time at which it is finite/,
  );
});

test("encoding ends in pure noise at t = ½, and decoding begins there", () => {
  const { xt } = interpolantPoints(encodingDecodingInterpolant(), constant(0.5), ends);
  expect([...xt.data]).toEqual([...ends.z.data]);
});

test("the one-sided interpolant of a scheduler is its conditional path", () => {
  for (const scheduler of [condOt({ sigmaMin: 0.1 }), cosine(), vp()]) {
    const t = Float64Array.of(0, 0.4, 0.95);
    const found = interpolantBatch(oneSidedInterpolant(scheduler), t, ends);
    const want = pathBatch(scheduler, t, ends.z, ends.x1);
    found.xt.data.forEach((v, d) => {
      expect(Math.abs(v - want.xt.data[d])).toBeLessThan(1e-14);
    });
    found.ut.data.forEach((v, d) => {
      expect(Math.abs(v - want.ut.data[d])).toBeLessThan(1e-14 * (1 + Math.abs(v)));
    });
  }
});

test("widths, times and shapes that mean nothing are refused", () => {
  for (const make of [constantNoise, bridgeNoise, quadraticNoise, sineSquaredNoise, logisticNoise]) {
    expect(() => make(0)).toThrow(/^Cannot smooth the path between pairs: σ is 0/);
  }
  expect(() => interpolantPoints(all[0], constant(0.5), { ...ends, z: three(1, 2) })).toThrow(
    "Cannot interpolate: t is [3], x1 is [3, 2], z is [2, 2]; expected one t, x0 and z for every x1",
  );
});
