import {
  condOt,
  fork,
  gaussianMixture,
  marginalField,
  mixturePosterior,
  normal,
  points,
  pointsOf,
  rngOf,
  zerosLike,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { baseField, lessBase } from "./base-field.js";
import { createLearner } from "./learner.js";

const engine = await jaxEngine();
const rng = rngOf(41);
const gaussian = gaussianMixture({
  means: pointsOf([[0.5, -1]]),
  covariances: { kind: "full", matrices: [1.5, 0.4, 0.4, 0.3] },
});
const exact = marginalField(condOt(), mixturePosterior(gaussian));
const base = baseField(exact);
const x = points(normal(rng, new Float64Array(8)), 2);
const ut = points(normal(fork(rng, "u"), new Float64Array(8)), 2);
const t = Float64Array.of(0.1, 0.9, 0.4, 0.4);
const options = { engine, network: buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 2 }), optimizer: buildOptimizer(), rng };

describe("a base field", () => {
  it("is the closed form at every point's own time, and its divergence is that of the Gaussian", () => {
    const u = base.velocity(t, x, zerosLike(x));
    t.forEach((time, b) => {
      const one = points(x.data.slice(2 * b, 2 * b + 2), 2);
      expect([...exact.evaluate(time, one, zerosLike(one)).data]).toEqual([...u.data.slice(2 * b, 2 * b + 2)]);
    });
    expect(base.divergence(0.3, x)).toEqual(exact.quantities(0.3, x, ["divergence"]).values.divergence);
  });

  it("is what a network that answers zero leaves: velocity, Jacobian and divergence of the sum", async () => {
    const network = buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 2, outputScale: 0 });
    const field = createLearner({ ...options, network, base }).field();
    const direction = points(normal(fork(rng, "v"), new Float64Array(8)), 2);
    expect((await field.evaluateAt(t, x, zerosLike(x))).data).toEqual(base.velocity(t, x, zerosLike(x)).data);
    expect((await field.evaluate(0.7, x, zerosLike(x))).data).toEqual(exact.evaluate(0.7, x, zerosLike(x)).data);
    expect(field.blocking.evaluate(0.7, x, zerosLike(x)).data).toEqual(exact.evaluate(0.7, x, zerosLike(x)).data);
    expect((await field.jvp(0.7, x, direction, zerosLike(x))).data).toEqual(base.jvp(0.7, x, direction));
    expect(await field.divergence(0.7, x)).toEqual(base.divergence(0.7, x));
  });

  it("leaves loss and gradient those of the sum: the same as regressing the bare network on what is left", async () => {
    const batch = { t, xt: x, ut };
    const summed = await createLearner({ ...options, base }).gradient(batch);
    const bare = await createLearner(options).gradient(lessBase(base, batch));
    expect(summed).toEqual(bare);
    const v = await createLearner({ ...options, base })
      .field()
      .evaluateAt(t, x, zerosLike(x));
    const loss = v.data.reduce((sum, value, d) => sum + (value - Number(ut.data[d])) ** 2, 0) / 4;
    expect(Math.abs(summed.loss - loss)).toBeLessThan(1e-5); // float32 sums of eight terms of order 1
  });
});
