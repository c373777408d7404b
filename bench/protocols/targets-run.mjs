import { fork, rngOf } from "@fluxion/core";
import { buildNetwork, buildOptimizer, createLearner, evaluate, onnxEngine } from "@fluxion/train";
import { say } from "../lib/progress.mjs";
import { digitBatches } from "./digit-batches.mjs";
import { gradientVariance } from "./gradient-variance.mjs";

/** @typedef {import("@fluxion/train").Learner} Learner */
/** @typedef {import("@fluxion/core").Rng} Rng */
/** @typedef {Awaited<ReturnType<typeof digitBatches>>} DigitBatches */
/** @typedef {DigitBatches["draws"]} Draws */

const BATCH = 256;
const STEPS = 1200;
const HELD = 1024;
/** Batches of one estimate of the variance. */
const BATCHES = 24;

/** Both losses of one network and of its moving average. @param {Learner} learner @param {DigitBatches["held"]} held */
async function measure(learner, held) {
  const [last, average] = [await evaluate(learner.field(), held), await evaluate(learner.field({ ema: true }), held)];
  return {
    steps: learner.steps,
    loss: last.loss,
    floor: last.exactLoss,
    excess: last.fieldError,
    excessOfAverage: average.fieldError,
  };
}

/**
 * Milliseconds of training, the finding of batches included, up to `steps` steps or until `limit` milliseconds are used.
 * @param {Learner} learner @param {(step: number) => ReturnType<Draws["conditional"]> | ReturnType<Draws["exact"]>} batchAt
 * @param {{ steps?: number, limit?: number }} until
 */
async function trainUntil(learner, batchAt, { steps = Infinity, limit = Infinity }) {
  const began = performance.now();
  while (learner.steps < steps && performance.now() - began < limit) {
    const { step, status } = await learner.step(await batchAt(learner.steps));
    if (status !== "done") throw new Error(`step ${step} is ${status}`);
  }
  return performance.now() - began;
}

/** Variance of the gradient under both targets, at the same points. @param {Learner} learner @param {Draws} draws @param {Rng} rng */
async function variances(learner, draws, rng) {
  const keys = Array.from({ length: BATCHES }, (_, k) => fork(rng, "gradients", k));
  const conditional = await gradientVariance(learner, await Promise.all(keys.map(draws.conditional)));
  const batches = [];
  for (const key of keys) batches.push(await draws.exact(key));
  const exact = await gradientVariance(learner, batches);
  return { conditional, exact, ratio: conditional.variance / exact.variance };
}

/**
 * Digits, both losses from the same initial parameters and on the same points: at equal steps, then the conditional loss
 * further until its training has taken as long as that on exact targets did. @param {number} seed
 */
export async function targetsRun(seed) {
  const rng = rngOf(seed);
  const { draws, held, close } = await digitBatches(rng, BATCH, HELD);
  const engine = await onnxEngine({ threads: 1 });
  const network = buildNetwork({ kind: "mlp", dim: 64, width: 256, depth: 3 });
  const learner = () => createLearner({ engine, network, optimizer: buildOptimizer(), rng });
  const exactAt = (/** @type {number} */ step) => draws.exact(fork(rng, "batch", step));
  const conditionalAt = (/** @type {number} */ step) => draws.conditional(fork(rng, "batch", step));

  const [onExact, onConditional] = [learner(), learner()];
  await trainUntil(learner(), exactAt, { steps: 20 }); // warms the clock's two parts up
  const start = await variances(onExact, draws, fork(rng, "start"));
  const exactMs = await trainUntil(onExact, exactAt, { steps: STEPS });
  const exact = await measure(onExact, held);
  say(`targets seed ${seed}: ${STEPS} steps on exact targets, excess ${exact.excess?.mean.toFixed(3)}`);
  const equalStepsMs = await trainUntil(onConditional, conditionalAt, { steps: STEPS });
  const equalSteps = await measure(onConditional, held);
  const end = await variances(onConditional, draws, fork(rng, "end"));
  const moreMs = await trainUntil(onConditional, conditionalAt, { limit: exactMs - equalStepsMs });
  const equalTime = await measure(onConditional, held);
  say(`targets seed ${seed}: conditional, ${equalTime.steps} steps in that time, excess ${equalTime.excess?.mean.toFixed(3)}`);
  await close();
  return {
    batch: BATCH,
    milliseconds: { exact: exactMs, conditionalEqualSteps: equalStepsMs, conditionalEqualTime: equalStepsMs + moreMs },
    exact,
    equalSteps,
    equalTime,
    gradients: { start, end },
  };
}
