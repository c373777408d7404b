import {
  atomPath,
  atoms,
  condOt,
  drawBatch,
  evaluateEach,
  floorOf,
  fork,
  type Points,
  points,
  rngOf,
  zerosLike,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { evaluate } from "./evaluate.js";
import { createLearner } from "./learner.js";

const engine = await jaxEngine();
const rng = rngOf(71);
const side = 6;

/** A bar in each of the six rows and of the six columns: −1 for black, 1 for white. */
function bars(): Points {
  const images = Array.from({ length: 2 * side }, (_, k) =>
    Array.from({ length: side * side }, (_, i) => {
      const at = k < side ? Math.floor(i / side) : i % side;
      return at === k % side ? 1 : -1;
    }),
  );
  return points(Float64Array.from(images.flat()), side * side);
}

describe("a U-Net", () => {
  it("learns the field of twelve images of bars: a third of the error of its zero start is gone after 40 steps", async () => {
    const path = atomPath(condOt(), atoms(bars()));
    const network = buildNetwork({
      kind: "unet",
      image: [1, side, side],
      channels: 8,
      multipliers: [1, 2],
      groups: 4,
      time: { kind: "fourier", count: 2 },
    });
    const steps = 40;
    const optimizer = buildOptimizer({ learningRate: { kind: "cosine", rate: 1e-2, steps, warmup: 10 }, emaDecay: 0.8 });
    const learner = createLearner({ engine, network, optimizer, rng });
    const { t, xt, ut } = drawBatch(path, fork(rng, "evaluation"), 64);
    const held = { t, xt, ut, exact: evaluateEach(path.field, t, xt, zerosLike(xt)) };
    const floor = floorOf(path, { rng: fork(rng, "floor"), samples: 100 });
    const start = await evaluate(learner.field(), held, { floor });
    // The last convolution starts at zero: the loss is E‖u‖² itself.
    const squares = ut.data.reduce((sum, v) => sum + v * v, 0) / 64;
    expect(Math.abs(start.loss.mean / squares - 1)).toBeLessThan(1e-6);
    for (let k = 0; k < steps; k++) await learner.step(drawBatch(path, fork(rng, "batch", k), 16));
    const end = await evaluate(learner.field({ ema: true }), held, { floor });
    expect(end.loss.mean).toBeGreaterThan(floor.value - 5 * Number(end.excess?.standardError));
    expect(Number(end.fieldError?.mean)).toBeLessThan(0.67 * Number(start.fieldError?.mean));
  });
});
