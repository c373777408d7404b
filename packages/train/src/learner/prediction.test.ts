import {
  atomPath,
  atoms,
  condOt,
  cosine,
  drawBatch,
  fork,
  normal,
  type Points,
  points,
  pointsOf,
  rngOf,
  zerosLike,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork, customNetwork } from "../network/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { createLearner } from "./learner.js";
import { predictionBatch } from "./prediction.js";

const engine = await jaxEngine();
const rng = rngOf(61);
const z0 = [1.5, -0.5];
const schedulers = [condOt(), cosine()];

/** A network that answers c, whatever it is asked. */
const constant = customNetwork({
  name: "constant",
  dim: 2,
  parameters: { c: { shape: [2] } },
  apply: (ops, { c }, { x }) => ops.broadcastTo(c, x.shape),
});

describe("predictions", () => {
  for (const scheduler of schedulers) {
    const path = atomPath(scheduler, atoms(pointsOf([z0, [-1, 2]])));
    const batch = drawBatch(path, rng, 40);

    it(`${scheduler.name}: the target is z for the denoiser, ε for the noise and u for the velocity`, () => {
      const target = (kind: "velocity" | "denoiser" | "noise") => predictionBatch({ kind, scheduler }, batch).ut.data;
      expect(target("velocity")).toBe(batch.ut.data);
      // Conversions divide by α or β once, at times inside (0, 1): a few units of 1e-16 over the smallest of them, 0.01.
      for (const [i, v] of target("denoiser").entries()) expect(Math.abs(v - Number(batch.z.data[i]))).toBeLessThan(1e-11);
      for (const [i, v] of target("noise").entries()) expect(Math.abs(v - Number(batch.x0.data[i]))).toBeLessThan(1e-11);
    });

    it(`${scheduler.name}: a denoiser that answers the one data point has that point's conditional field, with its derivatives`, async () => {
      const learner = createLearner({
        engine,
        network: constant,
        optimizer: buildOptimizer(),
        rng,
        prediction: { kind: "denoiser", scheduler },
      });
      const state = await learner.state();
      learner.load({ ...state, theta: Float32Array.from(z0) }); // 1.5 and −0.5 are float32 numbers
      const x = points(normal(fork(rng, "x"), new Float64Array(8)), 2);
      const { alpha, beta, dAlpha, dBeta } = scheduler.at(0.6);
      const exact = (data: Float64Array): Float64Array =>
        data.map((v, i) => dAlpha * Number(z0[i % 2]) + (dBeta / beta) * (v - alpha * Number(z0[i % 2])));
      const field = learner.field();
      const close = (actual: ArrayLike<number>, expected: ArrayLike<number>) =>
        Array.from(expected, (v, i) => expect(Math.abs(v - Number(actual[i]))).toBeLessThan(1e-12));
      close((await field.evaluate(0.6, x, zerosLike(x))).data, exact(x.data));
      close((await field.evaluateAt(new Float64Array(4).fill(0.6), x, zerosLike(x))).data, exact(x.data));
      close(field.blocking.evaluate(0.6, x, zerosLike(x)).data, exact(x.data));
      close(
        (await field.jvp(0.6, x, x, zerosLike(x))).data,
        x.data.map((v) => (dBeta / beta) * v),
      );
      close(await field.divergence(0.6, x), Array(4).fill((2 * dBeta) / beta));
      await expect(field.evaluate(1, x, zerosLike(x))).rejects.toThrow(/Cannot convert denoiser to velocity/);
    });
  }

  it("weighs the loss of a velocity by c² against that of the prediction, point by point", async () => {
    const scheduler = condOt();
    const network = buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 1 });
    const path = atomPath(scheduler, atoms(pointsOf([z0, [-1, 2]])));
    for (const kind of ["denoiser", "noise"] as const) {
      const learner = createLearner({ engine, network, optimizer: buildOptimizer(), rng, prediction: { kind, scheduler } });
      for (let k = 0; k < 4; k++) {
        const batch = drawBatch(path, fork(rng, k), 1);
        const { loss } = await learner.gradient(batch);
        const v: Points = await learner.field().evaluateAt(batch.t, batch.xt, zerosLike(batch.xt));
        const ofVelocity = v.data.reduce((sum, value, i) => sum + (value - Number(batch.ut.data[i])) ** 2, 0);
        const { alpha, beta } = scheduler.at(Number(batch.t[0]));
        const c = kind === "denoiser" ? 1 / beta : 1 / alpha; // α̇β − αβ̇ = 1 for this path
        expect(Math.abs(ofVelocity / (c * c * loss) - 1)).toBeLessThan(1e-4); // float32 squares of differences
      }
    }
  });

  it("cannot be added to a base field of velocities", () => {
    const base = { covariance: Float64Array.of(1, 0, 0, 1) };
    const options = { engine, network: constant, optimizer: buildOptimizer(), rng, base: base as never };
    expect(() => createLearner({ ...options, prediction: { kind: "noise", scheduler: condOt() } })).toThrow(
      new RangeError('Cannot add a noise to a base field; expected the prediction "velocity"'),
    );
  });
});
