import fc from "fast-check";
import { expect, test } from "vitest";
import { atoms } from "../distribution/index.js";
import { points } from "../points/index.js";
import { condOt } from "../scheduler/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { marginalField } from "./marginal-field.js";
import { type ConditionalsAt, posteriorMean } from "./posterior-mean.js";

const coordinate = fc.double({ min: -2, max: 2, noNaN: true });

/** Gaussian conditional paths to points of the plane. Eq. (M1), Eq. (M2) */
function gaussian(z: readonly (readonly [number, number])[], t: number, [x, y]: readonly [number, number]): ConditionalsAt {
  const { alpha, beta, dAlpha, dBeta } = condOt().at(t);
  return {
    size: z.length,
    logJoint: (i) => {
      const squared = (x - alpha * z[i][0]) ** 2 + (y - alpha * z[i][1]) ** 2;
      return -Math.log(z.length) - Math.log(2 * Math.PI * beta * beta) - squared / (2 * beta * beta);
    },
    add: (i, weight, out) => {
      out[0] += weight * ((dAlpha - (alpha * dBeta) / beta) * z[i][0] + (dBeta / beta) * x);
      out[1] += weight * ((dAlpha - (alpha * dBeta) / beta) * z[i][1] + (dBeta / beta) * y);
    },
  };
}

test("over vectors the posterior mean is the marginal vector field", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 12 }),
      fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      fc.tuple(coordinate, coordinate),
      (z, t, x) => {
        const out = new Float64Array(2);
        const { logDensity, posterior } = posteriorMean(gaussian(z, t, x), out);
        const exact = marginalField(condOt(), atomPosterior(atoms(points(Float64Array.from(z.flat()), 2))));
        const u = exact.evaluate(t, points(Float64Array.from(x), 2), points(new Float64Array(2), 2));
        // Coordinates up to 2 over β ≥ 0.1: logits up to 10³ lose 10³·ε of a weight, times velocities up to 40.
        expect(Math.abs(out[0] - u.data[0])).toBeLessThan(1e-10);
        expect(Math.abs(out[1] - u.data[1])).toBeLessThan(1e-10);
        expect(posterior.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 14);
        expect(Number.isFinite(logDensity)).toBe(true);
      },
    ),
  );
});

test("a state that only one point can have led to has the velocity towards it", () => {
  const out = new Float64Array(1);
  const only: ConditionalsAt = {
    size: 3,
    logJoint: (i) => (i === 1 ? -5 : -Infinity),
    add: (i, weight, into) => {
      into[0] += weight * (i + 6);
    },
  };
  expect(posteriorMean(only, out)).toEqual({ logDensity: -5, posterior: Float64Array.of(0, 1, 0) });
  expect(out[0]).toBe(7);
});

test("a state that nothing leads to, and a density that is not a number, are refused", () => {
  const at = (value: number): ConditionalsAt => ({ size: 2, logJoint: () => value, add: () => {} });
  expect(() => posteriorMean(at(-Infinity), new Float64Array(1))).toThrow(/^Cannot average over the posterior: no data point/);
  expect(() => posteriorMean(at(Number.NaN), new Float64Array(1))).toThrow("log density 0 is NaN; expected a number below ∞");
});
