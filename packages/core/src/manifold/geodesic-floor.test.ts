import { describe, expect, it } from "vitest";
import { pointAt } from "../../../../tests/support/manifolds.js";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { floorOf } from "../floor/index.js";
import { points, row, takeRows } from "../points/index.js";
import { choice, fork, rngOf, uniform } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { euclidean } from "./euclidean.js";
import { flatTorus } from "./flat-torus.js";
import { geodesicField } from "./geodesic-field.js";
import { geodesicFloor } from "./geodesic-floor.js";
import { geodesicBatch } from "./geodesic-path.js";
import type { Manifold } from "./manifold.js";
import { type ManifoldSource, uniformSource, wrappedNormal } from "./manifold-source.js";
import { rotations } from "./rotations.js";
import { sphere } from "./sphere.js";

function dataOn(m: Manifold, N: number) {
  const data = new Float64Array(N * m.ambient);
  for (let i = 0; i < N; i++) data.set(pointAt(m, fork(rngOf(17), "z", i)), i * m.ambient);
  return atoms(points(data, m.ambient));
}

const fieldOf = (source: ManifoldSource, data: ReturnType<typeof dataOn>) => geodesicField(data, { scheduler: condOt(), source });

describe("geodesicFloor", () => {
  it("is on flat space the floor of Gaussian paths", () => {
    const data = dataOn(euclidean(2), 6);
    const found = geodesicFloor(fieldOf(wrappedNormal(euclidean(2), { mean: [0, 0] }), data), data, {
      rng: rngOf(1),
      samples: 2000,
    });
    const known = floorOf(atomPath(condOt(), data), { rng: rngOf(2) });
    const error = Math.hypot(found.standardError, known.standardError);
    expect(Math.abs(found.value - known.value)).toBeLessThan(4.5 * error);
    expect(error).toBeLessThan(0.1 * known.value);
  });

  it.each([sphere(2), flatTorus(2), rotations()])("is on $name the mean squared error of the exact field on fresh pairs", (m) => {
    const data = dataOn(m, 5);
    const field = fieldOf(uniformSource(m), data);
    const floor = geodesicFloor(field, data, { rng: rngOf(3), samples: 1000 });
    const size = 1500;
    const rng = rngOf(4);
    const z = takeRows(data.points, choice(fork(rng, "z"), data.cumulative, new Uint32Array(size)));
    const t = uniform(fork(rng, "t"), new Float64Array(size));
    const { xt, ut } = geodesicBatch(field, t, field.source.sample(rng, size), z);
    const losses = Float64Array.from(t, (time, b) => {
      const error = field.at(time, row(xt, b)).velocity.map((u, d) => u - row(ut, b)[d]);
      return m.inner(row(xt, b), error, error);
    });
    const mean = losses.reduce((sum, v) => sum + v, 0) / size;
    const error = Math.sqrt(losses.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / size;
    expect(Math.abs(mean - floor.value)).toBeLessThan(4.5 * Math.hypot(error, floor.standardError));
    expect(floor.value).toBeGreaterThan(10 * floor.standardError);
  });

  it("is zero for one data point, which leaves nothing to guess", () => {
    const data = dataOn(sphere(2), 1);
    expect(geodesicFloor(fieldOf(uniformSource(sphere(2)), data), data, { rng: rngOf(5), samples: 50 }).value).toBeLessThan(
      1e-24,
    );
  });

  it("refuses a single sample, and data that are not those of the field", () => {
    const data = dataOn(sphere(2), 2);
    const field = fieldOf(uniformSource(sphere(2)), data);
    expect(() => geodesicFloor(field, data, { rng: rngOf(0), samples: 1 })).toThrow(
      "samples is 1; expected an integer of at least 2",
    );
    expect(() => geodesicFloor(field, dataOn(sphere(2), 3), { rng: rngOf(0) })).toThrow(
      "there are 3 data points; expected the 2",
    );
  });
});
