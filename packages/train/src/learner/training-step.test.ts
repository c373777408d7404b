import { rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { lossGradient, stepScalars, trainingStep } from "./training-step.js";

const engine = await jaxEngine();
const network = buildNetwork({ kind: "mlp", dim: 2, width: 4, depth: 1 });
const P = network.parameterCount;

describe("trainingStep", () => {
  it("passes the rate, both bias corrections and the decay of the average as they are after k steps", () => {
    const optimizer = buildOptimizer({
      learningRate: { kind: "constant", rate: 0.5, warmup: 4 },
      beta1: 0.5,
      beta2: 0.75,
      emaDecay: 0.2,
    });
    expect(stepScalars(optimizer, 0)).toEqual(Float32Array.of(0.125, 2, 4, 0.1));
    expect(stepScalars(optimizer, 9)).toEqual(Float32Array.of(0.5, 1024 / 1023, 1 / (1 - 0.75 ** 10), 0.2));
  });

  it("steps along the gradient that lossGradient gives: with decay 0 and a large ε, θ moves by −rate·g/ε", async () => {
    const epsilon = 1e6;
    const optimizer = buildOptimizer({ learningRate: 1e3, beta1: 0, beta2: 0, epsilon, clipNorm: null, emaDecay: 0 });
    const start = network.init(rngOf(2));
    const cell = (values: Float32Array) => engine.resident(values, [P]);
    const [zero, theta] = [new Float32Array(P), cell(start)];
    const state = { theta, firstMoment: cell(zero), secondMoment: cell(zero), ema: cell(zero) };
    const batch = {
      t: Float32Array.of(0.2, 0.9),
      xt: Float32Array.of(1, -1, 0.5, 2),
      ut: Float32Array.of(0, 3, -2, 1),
      share: Float32Array.of(0.5, 0.5),
    };
    const { gradient, loss } = await engine.compile(lossGradient(network, 2)).run({ theta }, batch);
    const scalars = stepScalars(optimizer, 0);
    const measured = await engine.compile(trainingStep(network, optimizer, 2)).run(state, { ...batch, scalars });
    expect(Math.abs(Number(measured.loss[0]) / Number(loss[0]) - 1)).toBeLessThan(1e-6);
    const moved = await state.theta.read();
    for (const [i, value] of moved.entries()) {
      // √v̂ + ε differs from ε by |g|/ε < 1e-5 relative; θ below 2 rounds by 2^-24.
      expect(Math.abs(value - Number(start[i]) + 1e-3 * Number(gradient[i]))).toBeLessThan(
        1.2e-7 + 1e-8 * Math.abs(Number(gradient[i])),
      );
    }
    expect(await state.ema.read()).toEqual(moved);
    expect(await state.firstMoment.read()).toEqual(gradient);
  });
});
