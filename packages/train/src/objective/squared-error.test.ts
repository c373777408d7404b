import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { squaredError } from "./squared-error.js";
import { hostBatch, type TrainingBatch } from "./training-batch.js";

const engine = await jaxEngine();

/** The loss of the field v(t, x) = t·x + 1. */
function lossOf(batch: TrainingBatch): number {
  const [B, D] = [batch.t.length, batch.xt.dim];
  const program = engine.compile({
    name: "loss",
    state: {},
    inputs: { t: [B], xt: [B, D], ut: [B, D], share: [B] },
    trace: (ops, _, inputs) => ({
      outputs: { loss: squaredError(ops, (t, x) => ops.add(ops.mul(ops.reshape(t, [B, 1]), x), 1), inputs) },
    }),
  });
  return program.runSync({}, hostBatch(batch, { dim: D })).loss[0] ?? Number.NaN;
}

describe("squaredError", () => {
  const batch: TrainingBatch = {
    t: Float64Array.of(0, 0.5),
    xt: { data: Float64Array.of(2, -1, 4, 6), size: 2, dim: 2 }, // v = [1, 1], [3, 4]
    ut: { data: Float64Array.of(1, 3, 0, 3), size: 2, dim: 2 }, // ‖v − u‖² = 4, 10
  };

  it("sums over coordinates and averages over points", () => {
    expect(lossOf(batch)).toBe(7);
  });

  it("multiplies each point by its weight", () => {
    expect(lossOf({ ...batch, weight: Float64Array.of(3, 0.5) })).toBe((3 * 4 + 0.5 * 10) / 2);
  });
});
