import { type AtomPath, atomPath, atoms, condOt, drawBatch, evaluateEach, fork, points, rngOf, zerosLike } from "@fluxion/core";
import { buildNetwork, buildOptimizer, createLearner, jaxEngine, type Learner } from "@fluxion/train";
import { describe, expect, it } from "vitest";
import { loadData } from "../data/index.js";
import { nodeFiles } from "../files/index.js";
import { parseSpec, type TargetSpec, type TrainSpec } from "../spec/index.js";
import { baseFieldOf, gaussianBaseOf } from "./network-base.js";
import { trainingBatches } from "./training-batches.js";

const digits = atomPath(condOt(), loadData({ from: "digits", bandwidth: 0 }, { files: nodeFiles, cwd: "/", seed: 0 }).atoms);

const trainSpec = (target: TargetSpec | undefined, batch: number): TrainSpec => ({
  ...parseSpec("data: digits", { file: "s" }).train,
  batch,
  target,
});

const batchesOf = (path: AtomPath, target: TargetSpec | undefined, batch: number) =>
  trainingBatches(path, trainSpec(target, batch), rngOf(5));

describe("the batches of a training", () => {
  it("are those of the pairs by default, and the same points with the exact velocity for exact targets", async () => {
    const pairs = await (await batchesOf(digits, undefined, 40)).batchAt(3);
    expect(pairs).toEqual(drawBatch(digits, fork(rngOf(5), "batch", 3), 40));
    expect(await (await batchesOf(digits, "conditional", 40)).batchAt(3)).toEqual(pairs);
    const exact = await (await batchesOf(digits, "exact", 40)).batchAt(3);
    expect(exact.t).toEqual(pairs.t);
    const velocity = evaluateEach(digits.field, exact.t, exact.xt, zerosLike(exact.xt));
    for (let d = 0; d < pairs.xt.data.length; d++) {
      expect(Math.abs(Number(exact.xt.data[d]) - Number(pairs.xt.data[d]))).toBeLessThan(1e-14);
      // 1e-8 of the radius 8 of the data, times the slope 1/(1 − t), which is below 100 for these times
      expect(Math.abs(Number(exact.ut.data[d]) - Number(velocity.data[d]))).toBeLessThan(1e-5);
    }
    const one = await (await batchesOf(digits, { efm: 1 }, 40)).batchAt(3);
    one.ut.data.forEach((v, d) => {
      expect(Math.abs(v - Number(pairs.ut.data[d]))).toBeLessThan(1e-12);
    });
  });

  it("are paired as the spec asks: the same ends and times, moved along shorter lines", async () => {
    const plain = drawBatch(digits, fork(rngOf(5), "batch", 2), 40);
    const squared = (v: Float64Array): number => v.reduce((sum, x) => sum + x * x, 0);
    for (const [coupling, size] of [
      ["ot", 40],
      ["partial:0.5", 20],
    ] as const) {
      const spec = { ...trainSpec("conditional", 40), coupling };
      const { t, xt, ut } = await (await trainingBatches(digits, spec, rngOf(5))).batchAt(2);
      expect([t.length, xt.size]).toEqual([size, size]);
      expect([...t]).toEqual([...plain.t.subarray(0, size)]);
      // u = z − x0 on straight lines: Σ‖u‖² is the cost of the pairs
      expect(squared(ut.data)).toBeLessThan(squared(plain.ut.data));
    }
  });

  it("are a grid of atoms, noises and times where the spec says so, again with the exact velocity", async () => {
    const batches = await batchesOf(digits, { grid: [2, 4, 3] }, 24);
    const { t, xt, ut } = await batches.batchAt(0);
    expect(new Set(t).size).toBe(3);
    expect(xt.size).toBe(24);
    const velocity = evaluateEach(digits.field, t, xt, zerosLike(xt));
    ut.data.forEach((v, d) => {
      expect(Math.abs(v - Number(velocity.data[d]))).toBeLessThan(1e-5);
    });
    expect((await batches.batchAt(1)).xt).not.toEqual(xt);
    expect((await batches.batchAt(0)).xt).toEqual(xt); // a function of the step alone
    await batches.close();
  });

  it("have the law of the path for smoothed data too: E[u | x] of the pairs is what the exact ones are", async () => {
    const path = atomPath(condOt(), atoms(points(Float64Array.of(-1, 0.5, 2), 1)), { bandwidth: 0.4 });
    const exact = await (await batchesOf(path, "exact", 4000)).batchAt(0);
    const velocity = evaluateEach(path.field, exact.t, exact.xt, zerosLike(exact.xt));
    exact.ut.data.forEach((v, d) => {
      expect(Math.abs(v - Number(velocity.data[d]))).toBeLessThan(1e-6);
    });
    const pairs = await (await batchesOf(path, undefined, 4000)).batchAt(0);
    for (const moment of [1, 2]) {
      const [p, q] = [pairs, exact].map(({ xt }) => xt.data.reduce((sum, v) => sum + v ** moment / 4000, 0));
      // x² ≤ 10 or so: five standard errors of two means of 4000
      expect(Math.abs(Number(p) - Number(q))).toBeLessThan((5 * 4) / Math.sqrt(2000));
    }
  });

  it("refuse more references than there are points", async () => {
    await expect(batchesOf(digits, { efm: 1798 }, 4)).rejects.toThrow(
      /there are 1797 points; expected "train.target.efm" of at most that/,
    );
  });
});

describe("times and weights", () => {
  const of = async (train: object, classOf?: Int32Array) => {
    const spec = parseSpec(JSON.stringify({ data: "digits", train: { batch: 24, ...train } }), { file: "s" }).train;
    return (await trainingBatches(digits, spec, rngOf(5), { classOf })).batchAt(1);
  };

  it("are the same for every target, and change nothing but the times: the same ends", async () => {
    const plain = await of({});
    for (const time of [{ draw: "stratified" }, "logit-normal", { law: "beta", a: 1.5, importance: true, draw: "antithetic" }]) {
      const [pairs, exact] = [await of({ time }), await of({ time, target: "exact" })];
      const labelled = await of({ time }, new Int32Array(1797));
      expect(pairs.t).not.toEqual(plain.t);
      expect([exact.t, labelled.t, exact.weight]).toEqual([pairs.t, pairs.t, pairs.weight]);
      expect(pairs.weight === undefined).toBe(typeof time === "string" || !("importance" in time));
      pairs.t.forEach((t, b) => {
        // x_t of the two batches and their velocities are those of one line: x' = x + (t' − t)u
        const [x, u] = [Number(plain.xt.data[b * 64]), Number(plain.ut.data[b * 64])];
        expect(Number(pairs.xt.data[b * 64])).toBeCloseTo(x + (t - Number(plain.t[b])) * u, 12);
      });
    }
    expect((await of({ weighting: { kind: "snr" } })).weight).toEqual(plain.t.map((t) => (t * t) / (1 - t + t) ** 2));
    expect((await of({ target: { grid: [2, 4, 3] }, time: { draw: "stratified" } })).t.length).toBe(24);
  });
});

/** Gradients of the same steps under several targets, [targets][steps][P], and the mean loss under each. */
async function gradientsOf(learner: Learner, targets: readonly (TargetSpec | undefined)[], steps: number) {
  const gradients: Float64Array[][] = [];
  const losses: number[] = [];
  for (const target of targets) {
    const { batchAt } = await batchesOf(digits, target, 48);
    const found = [];
    for (let k = 0; k < steps; k++) found.push(await learner.gradient(await batchAt(k)));
    gradients.push(found.map(({ gradient }) => Float64Array.from(gradient)));
    losses.push(found.reduce((sum, { loss }) => sum + loss / steps, 0));
  }
  return { gradients, losses };
}

/** ‖mean‖² and the trace of the covariance of some vectors. */
function spreadOf(vectors: readonly Float64Array[]): { readonly square: number; readonly variance: number } {
  const n = vectors.length;
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const v of vectors) for (let i = 0; i < mean.length; i++) mean[i] = Number(mean[i]) + Number(v[i]) / n;
  const off = vectors.map((v) => v.reduce((sum, value, i) => sum + (value - Number(mean[i])) ** 2, 0));
  return { square: mean.reduce((sum, v) => sum + v * v, 0), variance: off.reduce((sum, v) => sum + v, 0) / (n - 1) };
}

describe("exact targets on the digits", () => {
  it("have the gradient of the pairs on average, with less variance, and a loss without the floor", async () => {
    const { network: spec } = parseSpec("data: digits\nnetwork: { base: gaussian }", { file: "s" });
    const gaussian = gaussianBaseOf(spec, digits);
    if (gaussian === undefined) throw new Error("no base");
    const network = buildNetwork({ kind: "mlp", dim: 64, width: 24, depth: 2, activation: "silu", outputScale: 0.1 });
    const base = baseFieldOf(gaussian, "condOt");
    const learner = createLearner({ engine: await jaxEngine(), network, optimizer: buildOptimizer(), rng: rngOf(6), base });
    const steps = 24;
    const { gradients, losses } = await gradientsOf(learner, ["conditional", { efm: 64 }, "exact"], steps);
    const [pairs = [], some = [], exact = []] = gradients;
    // The points are the same, so that what differs is the noise of the targets: its mean is 0 (‖mean‖² is its variance over
    // the steps; some 2000 parameters make it concentrate), and by the law of total variance the variances add.
    for (const noisy of [pairs, some]) {
      const noise = spreadOf(noisy.map((g, k) => g.map((v, i) => v - Number(exact[k]?.[i]))));
      expect(noise.square).toBeLessThan((2 * noise.variance) / steps);
      expect(noise.variance).toBeGreaterThan(0);
    }
    const [ofPairs, ofSome, ofExact] = [pairs, some, exact].map((g) => spreadOf(g).variance);
    expect(ofExact).toBeLessThan(0.7 * Number(ofPairs));
    expect(ofSome).toBeLessThan(Number(ofPairs));
    expect(ofExact).toBeLessThan(Number(ofSome));
    // V = 14.49 on the digits; 1152 points of losses that scatter by some 30 each: five standard errors.
    expect(Math.abs(Number(losses[0]) - Number(losses[2]) - 14.49)).toBeLessThan(5);
  });
});
