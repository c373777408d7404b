import { fork, normal, type Points, points, type Rng, rngOf, rows, uniform } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork, evaluateHost, type NetworkSpec } from "../network/index.js";
import type { TrainingBatch } from "../objective/index.js";
import { buildOptimizer, type OptimizerSpec } from "../optimizer/index.js";
import { createLearner, type Learner } from "./learner.js";

const engine = await jaxEngine();
const rng = rngOf(29);
const spec: NetworkSpec = { kind: "mlp", dim: 3, width: 10, depth: 2, time: { kind: "fourier", count: 2 } };
const network = buildNetwork(spec);

function learner(optimizer: OptimizerSpec = {}, key: Rng = rng): Learner {
  return createLearner({ engine, network, optimizer: buildOptimizer(optimizer), rng: key });
}

/** A batch of normal points and targets: a function of k alone. */
function batchAt(k: number, B = 6): TrainingBatch {
  const key = fork(rng, "batch", k);
  const draw = (name: string): Points => points(normal(fork(key, name), new Float64Array(B * 3)), 3);
  return { t: uniform(fork(key, "t"), new Float64Array(B)), xt: draw("x"), ut: draw("u") };
}

/** The loss in float64 from the host's own forward pass. */
function hostLoss(theta: ArrayLike<number>, { t, xt, ut, weight }: TrainingBatch): number {
  let sum = 0;
  for (let b = 0; b < t.length; b++) {
    const v = evaluateHost(network, theta, { t: [Number(t[b])], x: rows(xt, b, b + 1) }).data;
    for (let d = 0; d < 3; d++) sum += (weight?.[b] ?? 1) * (Number(v[d]) - Number(ut.data[3 * b + d])) ** 2;
  }
  return sum / t.length;
}

async function trained(steps: number, from?: Learner): Promise<Learner> {
  const one = from ?? learner({ learningRate: { kind: "cosine", rate: 0.01, steps: 30, warmup: 3 }, weightDecay: 0.1 });
  while (one.steps < steps) await one.step(batchAt(one.steps));
  return one;
}

describe("createLearner", () => {
  it("has the gradient that central differences of the float64 host network give, with weights", async () => {
    const one = learner();
    const { theta } = await one.state();
    const batch = { ...batchAt(0), weight: Float64Array.of(1, 0.5, 2, 0, 1.5, 1) };
    const { loss, gradient } = await one.gradient(batch);
    expect(Math.abs(loss - hostLoss(theta, batch))).toBeLessThan(1e-5); // a few dozen float32 terms of order 1
    expect(gradient.length).toBe(network.parameterCount);
    const h = 1e-5;
    const exact = Float64Array.from(theta);
    for (let i = 0; i < gradient.length; i++) {
      const moved = (sign: number): number => hostLoss(exact.with(i, Number(exact[i]) + sign * h), batch);
      const difference = (moved(1) - moved(-1)) / (2 * h); // errs by h² and 1e-16/h, both below 1e-9
      // Sums of 18 float32 terms of size below 20 through three layers: 20·√18·2^-24·(a few operations).
      expect(Math.abs(Number(gradient[i]) - difference), `parameter ${i}`).toBeLessThan(2e-5);
    }
  });

  it("reports loss and norm of the gradient before the step, and the norm before clipping", async () => {
    const one = learner({ clipNorm: 1e-3, learningRate: 0.25 });
    const { loss, gradient } = await one.gradient(batchAt(0));
    const result = await one.step(batchAt(0));
    const norm = Math.hypot(...gradient);
    expect(result).toMatchObject({ step: 0, learningRate: 0.25, status: "done" });
    expect(Math.abs(result.loss / loss - 1)).toBeLessThan(1e-6);
    expect(Math.abs(result.gradNorm / norm - 1)).toBeLessThan(1e-5);
    expect(one.steps).toBe(1);
  });

  it("moves as AdamW on the clipped gradient does, in float64 from the engine's own gradients", async () => {
    const [beta1, beta2, epsilon, weightDecay, clipNorm, rate] = [0.8, 0.9, 1e-6, 0.05, 2, 0.01];
    const one = learner({ beta1, beta2, epsilon, weightDecay, clipNorm, learningRate: rate, emaDecay: 0.5 });
    const start = (await one.state()).theta;
    const expected = Float64Array.from(start);
    const ema = Float64Array.from(start);
    const m = new Float64Array(start.length);
    const v = new Float64Array(start.length);
    for (let k = 0; k < 5; k++) {
      const { gradient } = await one.gradient(batchAt(k));
      const scale = Math.min(1, clipNorm / Math.hypot(...gradient));
      await one.step(batchAt(k));
      for (let i = 0; i < start.length; i++) {
        const g = scale * Number(gradient[i]);
        m[i] = beta1 * Number(m[i]) + (1 - beta1) * g;
        v[i] = beta2 * Number(v[i]) + (1 - beta2) * g * g;
        const root = Math.sqrt(Number(v[i]) / (1 - beta2 ** (k + 1)));
        const direction = Number(m[i]) / (1 - beta1 ** (k + 1)) / (root + epsilon);
        expected[i] = Number(expected[i]) - rate * (direction + weightDecay * Number(expected[i]));
        const d = Math.min(0.5, (1 + k) / (10 + k));
        ema[i] = d * Number(ema[i]) + (1 - d) * Number(expected[i]);
      }
    }
    const state = await one.state();
    // θ below 2 rounds by 2^-24 a step; a direction of size 1 carries a relative error of a dozen roundings and, where a
    // gradient entry is a difference of larger terms, of the two compilations of the same sum: 1e-4·rate a step at most.
    for (let i = 0; i < start.length; i++) {
      expect(Math.abs(Number(state.theta[i]) - Number(expected[i]))).toBeLessThan(5e-6);
      expect(Math.abs(Number(state.ema[i]) - Number(ema[i]))).toBeLessThan(5e-6);
    }
  });

  it("takes the same steps to the byte for the same seed, and others for another", async () => {
    const [a, b] = [await (await trained(8)).state(), await (await trained(8)).state()];
    expect(b).toEqual(a);
    const other = learner({}, fork(rng, "other"));
    expect((await other.state()).theta).not.toEqual((await learner().state()).theta);
  });

  it("continues from a saved state as if it had never stopped, to the byte", async () => {
    const straight = await (await trained(20)).state();
    const saved = structuredClone(await (await trained(11)).state());
    const fresh = learner({ learningRate: { kind: "cosine", rate: 0.01, steps: 30, warmup: 3 }, weightDecay: 0.1 }, fork(rng, 9));
    fresh.load(saved);
    expect(fresh.steps).toBe(11);
    const resumed = await (await trained(20, fresh)).state();
    for (const name of ["theta", "firstMoment", "secondMoment", "ema"] as const) {
      expect(Buffer.from(resumed[name].buffer).equals(Buffer.from(straight[name].buffer)), name).toBe(true);
    }
    expect(resumed.steps).toBe(20);
  });

  it("does not move, nor count, a step whose loss or gradient is not finite, and recovers", async () => {
    const one = await trained(3);
    const before = await one.state();
    const bad = batchAt(3);
    bad.ut.data[4] = Number.NaN;
    expect(await one.step(bad)).toMatchObject({ step: 3, loss: Number.NaN, status: "notFinite" });
    const large = batchAt(3);
    large.ut.data[4] = 1e25; // its square overflows float32
    expect((await one.step(large)).status).toBe("notFinite");
    expect(await one.state()).toEqual(before);
    expect((await one.step(batchAt(3))).status).toBe("done");
    expect(await one.state()).toEqual(await (await trained(4)).state());
  });

  it("takes batches of any size, each with its own program", async () => {
    const one = learner();
    for (const B of [1, 5, 17]) {
      const { theta } = await one.state();
      const batch = batchAt(B, B);
      expect(Math.abs((await one.step(batch)).loss - hostLoss(theta, batch))).toBeLessThan(3e-5);
    }
  });

  it("refuses a step while another is under way, and states of another network", async () => {
    const one = learner();
    const first = one.step(batchAt(0));
    await expect(one.step(batchAt(1))).rejects.toThrow(/Cannot step: the step before has not finished/);
    await first;
    const state = await one.state();
    expect(() => one.load({ ...state, ema: new Float32Array(2) })).toThrow(
      `Cannot load the state: ema has 2 numbers; expected ${network.parameterCount} for this network`,
    );
    expect(() => one.load({ ...state, theta: state.theta.with(5, Number.NaN) })).toThrow(
      "Cannot load the state: theta[5] is NaN; expected finite numbers",
    );
    expect(() => one.load({ ...state, steps: 1.5 })).toThrow("Cannot load the state: steps is 1.5; expected an integer ≥ 0");
  });
});
