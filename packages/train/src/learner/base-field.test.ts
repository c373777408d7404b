import { condOt, fork, gaussianField, normal, points, rngOf, zerosLike } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { lessBase } from "./base-field.js";
import { createLearner } from "./learner.js";

const engine = await jaxEngine();
const rng = rngOf(41);
const base = gaussianField(condOt(), { mean: Float64Array.of(0.5, -1), covariance: Float64Array.of(1.5, 0.4, 0.4, 0.3) });
const x = points(normal(rng, new Float64Array(8)), 2);
const ut = points(normal(fork(rng, "u"), new Float64Array(8)), 2);
const t = Float64Array.of(0.1, 0.9, 0.4, 0.4);
const network = buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 2 });
const options = { engine, network, optimizer: buildOptimizer(), rng };

describe("a base field", () => {
  it("is what a network that answers zero leaves: velocity, Jacobian and divergence of the sum", async () => {
    const silent = buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 2, outputScale: 0 });
    const field = createLearner({ ...options, network: silent, base }).field();
    const v = points(normal(fork(rng, "v"), new Float64Array(8)), 2);
    const at = base.evaluate(0.7, x, zerosLike(x)).data;
    expect((await field.evaluateAt(t, x, zerosLike(x))).data).toEqual(base.evaluateAt(t, x, zerosLike(x)).data);
    expect((await field.evaluate(0.7, x, zerosLike(x))).data).toEqual(at);
    expect(field.blocking.evaluate(0.7, x, zerosLike(x)).data).toEqual(at);
    expect((await field.jvp(0.7, x, v, zerosLike(x))).data).toEqual(base.jvp(0.7, v).data);
    expect(await field.divergence(0.7, x)).toEqual(new Float64Array(4).fill(base.divergence(0.7)));
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
