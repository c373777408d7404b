import { fork, normal, points, rngOf, uniform } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import type { TrainingBatch } from "../objective/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { createLearner } from "./learner.js";

const engine = await jaxEngine();
const rng = rngOf(43);
const atoms = [-1, 1];

/**
 * The same points (t, x) as a conditional batch, every z with its posterior weight, and as a marginal batch: on straight
 * paths u_t(x|z) = (z − x)/(1 − t) and u_t(x) is its posterior mean.
 */
function bothBatches(B: number): { conditional: Required<Omit<TrainingBatch, "label" | "until">>; marginal: TrainingBatch } {
  const t = uniform(fork(rng, "t"), new Float64Array(B)).map((u) => 0.9 * u);
  const noise = normal(fork(rng, "noise"), new Float64Array(B));
  const sign = uniform(fork(rng, "z"), new Float64Array(B)).map((u) => (u < 0.5 ? -1 : 1));
  const x = noise.map((e, b) => Number(t[b]) * Number(sign[b]) + (1 - Number(t[b])) * e);
  const velocity = (b: number, z: number): number => (z - Number(x[b])) / (1 - Number(t[b]));
  const weight = (b: number, z: number): number =>
    1 / (1 + Math.exp((-2 * z * Number(t[b]) * Number(x[b])) / (1 - Number(t[b])) ** 2));
  const pairs = Array.from({ length: B }, (_, b) => atoms.map((z) => ({ b, z }))).flat();
  const conditional = {
    t: Float64Array.from(pairs, ({ b }) => Number(t[b])),
    xt: points(
      Float64Array.from(pairs, ({ b }) => Number(x[b])),
      1,
    ),
    ut: points(
      Float64Array.from(pairs, ({ b, z }) => velocity(b, z)),
      1,
    ),
    weight: Float64Array.from(pairs, ({ b, z }) => atoms.length * weight(b, z)), // the mean runs over B·N rows
  };
  const mean = (b: number): number => atoms.reduce((sum, z) => sum + weight(b, z) * velocity(b, z), 0);
  const marginal = {
    t,
    xt: points(x, 1),
    ut: points(
      Float64Array.from({ length: B }, (_, b) => mean(b)),
      1,
    ),
  };
  return { conditional, marginal };
}

describe("gradient equality", () => {
  it("∇L_CFM = ∇L_FM, while the losses differ by V, for the posterior average over z at the same points. Eq. (M8)", async () => {
    const network = buildNetwork({ kind: "mlp", dim: 1, width: 16, depth: 2, activation: "tanh" });
    const learner = createLearner({ engine, network, optimizer: buildOptimizer(), rng });
    const B = 64;
    const { conditional, marginal } = bothBatches(B);
    const [cfm, fm] = [await learner.gradient(conditional), await learner.gradient(marginal)];
    let variance = 0; // V on these points: the weighted mean of ‖u_t(x|z) − u_t(x)‖²
    conditional.ut.data.forEach((u, i) => {
      const mean = Number(marginal.ut.data[Math.floor(i / atoms.length)]);
      variance += (Number(conditional.weight[i]) * (u - mean) ** 2) / (atoms.length * B);
    });
    expect(variance).toBeGreaterThan(0.3);
    // Sums of 128 float32 terms below 200 (1/(1−t) ≤ 10): 200·2^-24·√128 in the loss, and as much in a gradient entry.
    expect(Math.abs(cfm.loss - fm.loss - variance)).toBeLessThan(1.5e-4);
    const scale = Math.hypot(...fm.gradient);
    const difference = Math.hypot(...cfm.gradient.map((g, i) => g - Number(fm.gradient[i])));
    expect(difference / scale).toBeLessThan(1e-5);
    // One z for each point instead of the posterior average is the same only on average: here it is far away.
    const one = { ...conditional, weight: conditional.weight.map((_, i) => (i % 2 === 0 ? 2 : 0)) };
    const { gradient } = await learner.gradient(one);
    expect(Math.hypot(...gradient.map((g, i) => g - Number(fm.gradient[i]))) / scale).toBeGreaterThan(0.05);
  });
});
