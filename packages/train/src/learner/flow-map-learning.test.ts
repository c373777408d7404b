import {
  adaptiveSteps,
  condOt,
  drawBatch,
  type Estimate,
  estimate,
  fixedSteps,
  fork,
  gaussianMixture,
  generate,
  mixturePath,
  type Points,
  pointSpace,
  pointsOf,
  recordStates,
  reflowPairs,
  rngOf,
  squaredRowDistances,
  straightness,
  tableaus,
  type VectorField,
  wasserstein2,
  zerosLike,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import {
  adjacentBatch,
  conditionalSteps,
  drawUntil,
  type Objective,
  reflowBatch,
  type TrainingBatch,
} from "../objective/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { createLearner, type Learner } from "./learner.js";

const engine = await jaxEngine();
const rng = rngOf(12);
const STEPS = 300;
const B = 192;
/** Steps from noise to data that the consistency objectives see. */
const GRID = 16;

/** Three Gaussians at the corners of a triangle: a flow that splits, with an exact field that needs no sample. */
const corners = pointsOf([
  [2, 0],
  [-1, 1.75],
  [-1, -1.75],
]);
const variances = Float64Array.of(0.1, 0.1, 0.1);
const path = mixturePath(condOt(), gaussianMixture({ means: corners, covariances: { kind: "isotropic", variances } }));

const x0 = path.drawSource(fork(rng, "test"), 512);
/** Where the exact flow takes every row of x0; the tolerance is far below all errors that are measured. */
const ends = generate(path.field, x0, { integrator: adaptiveSteps({ rtol: 1e-7, atol: 1e-9 }) }).y;
const oneStep = fixedSteps(tableaus.euler, 1);

/** E‖x − x*‖² to the ends of the exact flow from the same noises, and W₂² of the two samples, which the exact flow has as 0. */
interface Distance {
  readonly map: Estimate;
  readonly w2Squared: number;
}
const distance = (x: Points): Distance => ({
  map: estimate(squaredRowDistances(x, ends)),
  w2Squared: wasserstein2(x, ends).w2Squared,
});
/** Above by five standard errors of the difference. */
const clearlyAbove = (high: Estimate, low: Estimate): boolean =>
  high.mean - low.mean > 5 * Math.hypot(high.standardError, low.standardError);

async function trained(objective: Objective, batchAt: (k: number) => TrainingBatch): Promise<Learner> {
  const times = objective === "meanFlow" ? 2 : 1;
  const network = buildNetwork({ kind: "mlp", dim: 2, width: 64, depth: 3, time: { kind: "fourier", count: 3 }, times });
  const optimizer = buildOptimizer({ learningRate: { kind: "cosine", rate: 4e-3, steps: STEPS, warmup: 20 }, emaDecay: 0.98 });
  const learner = createLearner({ engine, network, optimizer, rng, objective });
  for (let k = 0; k < STEPS; k++) expect((await learner.step(batchAt(k))).status).toBe("done");
  return learner;
}

const cfmBatch = (k: number) => drawBatch(path, fork(rng, "batch", k), B);
const jumped = (learner: Learner): Promise<Points> => learner.flowMap({ ema: true }).jump(x0, 0, 1, zerosLike(x0));
const oneEulerStep = distance(generate(path.field, x0, { integrator: oneStep }).y);
/** A fifth of what one Euler step of the exact field leaves. */
const fifth: Estimate = { mean: oneEulerStep.map.mean / 5, standardError: oneEulerStep.map.standardError / 5 };
const show = (name: string, { map, w2Squared }: Distance): void => {
  if (process.env.SHOW)
    console.log(`${name} | ${map.mean.toFixed(3)} ± ${map.standardError.toFixed(3)} | ${w2Squared.toFixed(3)}`);
};
show("exact, one Euler step", oneEulerStep);

describe("one evaluation of a network against the exact flow", () => {
  it("MeanFlow leaves less than a fifth of what a step of the exact field leaves, and two jumps less than one", async () => {
    const learner = await trained("meanFlow", (k) => {
      const batch = cfmBatch(k);
      return { ...batch, until: drawUntil(fork(rng, "until", k), batch.t, 0.5) };
    });
    const one = distance(await jumped(learner));
    show("MeanFlow, 1", one);
    const map = learner.flowMap({ ema: true });
    const half = await map.jump(x0, 0, 0.5, zerosLike(x0));
    const two = distance(await map.jump(half, 0.5, 1, half));
    show("MeanFlow, 2", two);
    const solved = distance(generate(learner.field({ ema: true }).blocking, x0).y);
    show("MeanFlow, its velocity solved", solved);
    expect(clearlyAbove(fifth, one.map)).toBe(true);
    expect(one.w2Squared).toBeLessThan(oneEulerStep.w2Squared / 5);
    expect(clearlyAbove(one.map, two.map)).toBe(true);
    expect(clearlyAbove(one.map, solved.map)).toBe(true);
  });

  it("consistency leaves less than a fifth too, distilled from exact trajectories and trained on conditional paths", async () => {
    const record = recordStates<Points>(pointSpace);
    const integrator = fixedSteps(tableaus.rk4, GRID);
    generate(path.field, path.drawSource(fork(rng, "teacher"), 1024), { integrator, onStep: record.onStep });
    const distilled = await trained("consistency", (k) => adjacentBatch(fork(rng, "adjacent", k), record, B));
    const alone = await trained("consistency", (k) => {
      const { t, x0: noise, z } = cfmBatch(k);
      const from = t.map((at) => Math.floor(at * GRID) / GRID);
      return conditionalSteps(
        condOt(),
        { t: from, x0: noise, z },
        from.map((at) => at + 1 / GRID),
      );
    });
    for (const [name, learner] of [
      ["consistency distilled", distilled],
      ["consistency trained", alone],
    ] as const) {
      const one = distance(await jumped(learner));
      show(name, one);
      expect(clearlyAbove(fifth, one.map)).toBe(true);
      expect(one.w2Squared).toBeLessThan(oneEulerStep.w2Squared / 5);
    }
    await expect(distilled.flowMap().jump(x0, 0, 0.5, zerosLike(x0))).rejects.toThrow("the network takes times: 1");
  });
});

describe("reflow", () => {
  it("on the pairs of a trained flow straightens it, and keeps its ends", async () => {
    const first = (await trained("velocity", cfmBatch)).field({ ema: true }).blocking;
    const pairs = reflowPairs(first, path.drawSource(fork(rng, "pairs"), 2048), {
      integrator: fixedSteps(tableaus.midpoint, 10),
    });
    const second = (await trained("velocity", (k) => reflowBatch(fork(rng, "reflow", k), pairs, B))).field({
      ema: true,
    }).blocking;
    const bends = [first, second, path.field].map(bendOf);
    const [firstSolved, secondSolved] = [first, second].map((field) => distance(generate(field, x0).y));
    const [firstStep, secondStep] = [first, second].map((field) => distance(generate(field, x0, { integrator: oneStep }).y));
    for (const [name, each] of Object.entries({ firstSolved, secondSolved, firstStep, secondStep })) {
      if (each) show(`reflow ${name}`, each);
    }
    if (process.env.SHOW) console.log("straightness first, second, exact", bends);
    // Means over the same 512 noises, of a spread of some per cent: a factor of four is no chance.
    expect(Number(bends[1])).toBeLessThan(Number(bends[0]) / 4);
    expect(Number(secondStep?.map.mean)).toBeLessThan(Number(firstStep?.map.mean) / 5);
    expect(Number(secondSolved?.map.mean)).toBeLessThan(Number(firstStep?.map.mean) / 5);
  });

  /** ∫ E‖ẋ − (x₁ − x₀)‖² dt of a field's trajectories from x0. */
  function bendOf(field: VectorField): number {
    const record = recordStates<Points>(pointSpace);
    generate(field, x0, { integrator: fixedSteps(tableaus.midpoint, 16), onStep: record.onStep });
    return straightness(record.times, record.states);
  }
});
