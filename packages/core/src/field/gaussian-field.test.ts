import { describe, expect, it } from "vitest";
import { gaussianMixture } from "../distribution/index.js";
import { points, pointsOf, zerosLike } from "../points/index.js";
import { fork, normal, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, polynomial, vp } from "../scheduler/index.js";
import { gaussianField } from "./gaussian-field.js";
import { marginalField } from "./marginal-field.js";
import { mixturePosterior } from "./mixture-posterior.js";

const rng = rngOf(17);
const mean = Float64Array.of(0.5, -1, 2);
const covariance = Float64Array.of(1.5, 0.4, 0.1, 0.4, 0.3, -0.05, 0.1, -0.05, 0.08);
const x = points(normal(rng, new Float64Array(12)), 3);
const v = points(normal(fork(rng, "v"), new Float64Array(12)), 3);

/** Relative to the largest value: a few roundings times the condition of C, about 50. */
function expectClose(actual: Float64Array, expected: Float64Array): void {
  const size = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(1e-12 * size);
}

describe("gaussianField", () => {
  for (const scheduler of [condOt(), cosine(), linearVp(), vp(), polynomial(3)]) {
    it(`is the exact field of a mixture of one component under ${scheduler.name}, with divergence and Jacobian, ends included`, () => {
      const field = gaussianField(scheduler, { mean, covariance });
      const mixture = gaussianMixture({ means: points(mean, 3), covariances: { kind: "full", matrices: covariance } });
      const exact = marginalField(scheduler, mixturePosterior(mixture));
      for (const t of [0, 0.3, 0.9, 1]) {
        const { values } = exact.quantities(t, x, ["velocity", "divergence", "jvp"], { tangent: v });
        expectClose(field.evaluate(t, x, zerosLike(x)).data, values.velocity ?? new Float64Array(0));
        expectClose(field.jvp(t, v).data, values.jvp ?? new Float64Array(0));
        expectClose(new Float64Array(4).fill(field.divergence(t)), values.divergence ?? new Float64Array(0));
      }
    });
  }

  it("gives every point its own time", () => {
    const field = gaussianField(condOt(), { mean, covariance });
    const t = Float64Array.of(0.1, 0.9, 0.4, 1);
    const all = field.evaluateAt(t, x, zerosLike(x)).data;
    t.forEach((time, b) => {
      const one = points(x.data.slice(3 * b, 3 * b + 3), 3);
      expect([...field.evaluate(time, one, zerosLike(one)).data]).toEqual([...all.slice(3 * b, 3 * b + 3)]);
    });
  });

  it("refuses a covariance that is not positive definite, and a time at which the slope is infinite", () => {
    const flat = { mean: Float64Array.of(0, 0), covariance: Float64Array.of(1, 0, 0, 0) };
    expect(() => gaussianField(condOt(), flat)).toThrow(
      "Cannot make the field of a Gaussian: its smallest variance is 0; expected a positive definite covariance",
    );
    const steep = gaussianField(polynomial(0.5), { mean: Float64Array.of(0), covariance: Float64Array.of(1) });
    expect(() => steep.evaluate(0, pointsOf([[1]]), pointsOf([[0]]))).toThrow(/α̇ is Infinity/);
  });
});
