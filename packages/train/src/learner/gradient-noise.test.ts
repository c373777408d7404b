import { atomPath, atoms, condOt, drawBatch, evaluateEach, fork, moons, normal, pointsOf, rngOf, zerosLike } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { gradientNoise, type TargetPair } from "./gradient-noise.js";
import { createLearner } from "./learner.js";

const rng = rngOf(83);
const one = pointsOf([[0]]);
const empty = { t: new Float64Array(1), xt: one, ut: one };

describe("gradientNoise", () => {
  it("finds the variances of gradients whose law is known: exact ones N(μ, I), targets that add N(0, 4I)", async () => {
    const [P, batches] = [50, 400];
    const label = (k: number, noisy: number) => ({ ...empty, label: Int32Array.of(2 * k + noisy) });
    const draw = (name: string, k: number) => normal(fork(rng, name, k), new Float64Array(P));
    const learner = {
      async gradient({ label: tag }: { readonly label?: Int32Array }) {
        const [k, noisy] = [Math.floor(Number(tag?.[0]) / 2), Number(tag?.[0]) % 2];
        const extra = draw("target", k);
        return { loss: 0, gradient: Float32Array.from(draw("points", k), (v, i) => 0.5 + v + 2 * noisy * Number(extra[i])) };
      },
    };
    const noise = await gradientNoise(learner, (k): TargetPair => ({ conditional: label(k, 1), exact: label(k, 0) }), batches);
    for (const [name, expected] of [
      ["conditional", 5 * P],
      ["exact", P],
      ["ofTargets", 4 * P],
      ["squaredMean", P / 4],
    ] as const) {
      const { mean, standardError } = noise[name];
      expect(Math.abs(mean - expected)).toBeLessThan(5 * standardError);
      expect(standardError).toBeLessThan(0.15 * expected + 1); // χ² of 50 degrees over 200 couples: some 2 % of the mean
    }
  });

  it("of a network obeys the law of total variance: what targets add is the difference of the two", async () => {
    const path = atomPath(condOt(), atoms(moons(rng, 40)));
    const network = buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 2 });
    const learner = createLearner({ engine: await jaxEngine(), network, optimizer: buildOptimizer(), rng });
    const pairAt = (k: number): TargetPair => {
      const conditional = drawBatch(path, fork(rng, "batch", k), 32);
      const ut = evaluateEach(path.field, conditional.t, conditional.xt, zerosLike(conditional.xt));
      return { conditional, exact: { ...conditional, ut } };
    };
    const { conditional, exact, ofTargets } = await gradientNoise(learner, pairAt, 120);
    const error = Math.hypot(conditional.standardError, exact.standardError, ofTargets.standardError);
    expect(Math.abs(conditional.mean - exact.mean - ofTargets.mean)).toBeLessThan(5 * error);
    expect(ofTargets.mean).toBeGreaterThan(5 * ofTargets.standardError);
  });

  it("needs disjoint couples", async () => {
    const none = { gradient: async () => ({ loss: 0, gradient: new Float32Array(1) }) };
    for (const batches of [2, 5, Number.NaN]) {
      await expect(gradientNoise(none, () => ({ conditional: empty, exact: empty }), batches)).rejects.toThrow(
        /expected an even number/,
      );
    }
  });
});
