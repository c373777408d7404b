import { points, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import type { TrainingBatch } from "../objective/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { diagnose } from "./diagnose.js";
import { createLearner, type StepResult } from "./learner.js";

const engine = await jaxEngine();
const network = buildNetwork({ kind: "mlp", dim: 2, width: 4, depth: 1, activation: "relu", time: { kind: "raw" } });
const learner = createLearner({ engine, network, optimizer: buildOptimizer(), rng: rngOf(6) });
const result: StepResult = { step: 4, loss: 1, gradNorm: Infinity, learningRate: 0.1, status: "notFinite" };

const batch = (change: (b: { t: Float64Array; x: Float64Array; u: Float64Array }) => void): TrainingBatch => {
  const [t, x, u] = [Float64Array.of(0.25, 0.75), Float64Array.of(1, 2, 3, 4), Float64Array.of(-1, 0, 1, 2)];
  change({ t, x, u });
  return { t, xt: points(x, 2), ut: points(u, 2) };
};

describe("diagnose", () => {
  it("names the first entry of the batch that float32 does not hold, with its row and time", async () => {
    const nan = batch(({ u }) => u.set([Number.NaN], 2));
    expect(await diagnose(learner, nan, result)).toBe("ut of the batch has NaN in row 1, where t = 0.75");
    const large = batch(({ x }) => x.set([-1e39], 1));
    expect(await diagnose(learner, large, result)).toBe("xt of the batch has -1e+39 in row 0, where t = 0.25");
    const time = batch(({ t }) => t.set([Number.NaN], 0));
    expect(await diagnose(learner, time, result)).toBe("t of the batch has NaN in row 0, where t = NaN");
    const weight = { ...batch(() => {}), weight: Float64Array.of(1, Infinity) };
    expect(await diagnose(learner, weight, result)).toBe("weight of the batch has Infinity in row 1, where t = 0.75");
  });

  it("says that the network overflows where its velocity does", async () => {
    const far = batch(({ x }) => x.fill(3e38));
    expect(await diagnose(learner, far, result)).toMatch(/^the network overflows float32 on this batch \(Cannot use the network/);
  });

  it("finds the row whose squared error is beyond float32", async () => {
    const wide = batch(({ u }) => u.set([1e21], 3));
    expect(await diagnose(learner, wide, result)).toBe("‖v − u‖² is 1.00e+42 in row 1, where t = 0.75, beyond float32");
  });

  it("names the step when loss and gradient are finite", async () => {
    const sentence = "the parameters overflow float32 in a step of learning rate 3e+38";
    const overflowed: StepResult = { ...result, gradNorm: 2, learningRate: 3e38 };
    expect(
      await diagnose(
        learner,
        batch(() => {}),
        overflowed,
      ),
    ).toBe(sentence);
  });

  it("is left with the backward pass when everything before it is finite", async () => {
    const sentence = "the norm of the gradient is Infinity although the loss is 1: the backward pass overflows float32";
    expect(
      await diagnose(
        learner,
        batch(() => {}),
        result,
      ),
    ).toBe(sentence);
  });
});
