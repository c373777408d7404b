import {
  atomPath,
  condOt,
  drawBatch,
  evaluateEach,
  fork,
  pathBatch,
  rngOf,
  sampleAtoms,
  takeRows,
  uniform,
  zerosLike,
} from "@fluxion/core";
import { targetOracle, wasmPool, wasmProducts } from "@fluxion/kernels";
import { buildNetwork, buildOptimizer, createLearner, evaluate, onnxEngine } from "@fluxion/train";
import { say } from "../lib/progress.mjs";
import { digits } from "./digits.mjs";
import { gradientVariance } from "./gradient-variance.mjs";

/** @typedef {import("@fluxion/train").Learner} Learner */
/** @typedef {import("@fluxion/core").Rng} Rng */

const BATCH = 256;
const STEPS = 1200;
const HELD = 1024;
/** Batches of one estimate of the variance. */
const BATCHES = 24;
/** Error of a target's denoiser in radii of the data: a thousandth of what one conditional target is off by. */
const EPSILON = 1e-3;

/**
 * Digits, both losses from the same initial parameters and on the same points: at equal steps, then the conditional loss
 * further until its training, batches included, has taken as long as that on exact targets did. @param {number} seed
 */
export async function targetsRun(seed) {
  const rng = rngOf(seed);
  const path = atomPath(condOt(), digits());
  const pool = await wasmPool({ threads: 1 });
  const oracle = await targetOracle(path.atoms, { products: wasmProducts(pool, { dots: "float32" }) });
  const engine = await onnxEngine({ threads: 1 });
  const learner = () =>
    createLearner({
      engine,
      network: buildNetwork({ kind: "mlp", dim: 64, width: 256, depth: 3 }),
      optimizer: buildOptimizer(),
      rng,
    });
  const plan = (/** @type {Rng} */ key) => ({
    kind: /** @type {const} */ ("aligned"),
    rows: sampleAtoms(fork(key, "data"), path.atoms, BATCH).indices,
    noise: path.drawSource(fork(key, "source"), BATCH),
    t: uniform(fork(key, "time"), new Float64Array(BATCH)),
  });
  const draws = {
    conditional: async (/** @type {Rng} */ key) => {
      const { rows, noise, t } = plan(key);
      return pathBatch(condOt(), t, noise, takeRows(path.atoms.points, rows));
    },
    exact: (/** @type {Rng} */ key) => oracle.evaluate(condOt(), plan(key), { epsilon: EPSILON, spread: false }),
  };
  const held = drawBatch(path, fork(rng, "held"), HELD);
  const batch = { ...held, exact: evaluateEach(path.field, held.t, held.xt, zerosLike(held.xt)) };
  const measure = async (/** @type {Learner} */ l) => {
    const [last, average] = [await evaluate(l.field(), batch), await evaluate(l.field({ ema: true }), batch)];
    return {
      steps: l.steps,
      loss: last.loss,
      floor: last.exactLoss,
      excess: last.fieldError,
      excessOfAverage: average.fieldError,
    };
  };
  /** Milliseconds of training up to `steps` steps, or until `limit` milliseconds are used. @param {Learner} l @param {keyof typeof draws} target @param {number} steps @param {number} limit */
  const trainUntil = async (l, target, steps, limit) => {
    const began = performance.now();
    while (l.steps < steps && performance.now() - began < limit) {
      const { status } = await l.step(await draws[target](fork(rng, "batch", l.steps)));
      if (status !== "done") throw new Error(`step ${l.steps} is ${status}`);
    }
    return performance.now() - began;
  };
  const variances = async (/** @type {Learner} */ l, /** @type {string} */ name) => {
    const keys = Array.from({ length: BATCHES }, (_, k) => fork(rng, name, k));
    const conditional = await gradientVariance(l, await Promise.all(keys.map(draws.conditional)));
    const exactBatches = [];
    for (const key of keys) exactBatches.push(await draws.exact(key));
    const exact = await gradientVariance(l, exactBatches);
    return { conditional, exact, ratio: conditional.variance / exact.variance };
  };

  const [onExact, onConditional] = [learner(), learner()];
  await trainUntil(learner(), "exact", 20, Infinity); // compiles and warms both before the clock runs
  const gradients = { start: await variances(onExact, "gradients at the start"), end: /** @type {unknown} */ (undefined) };
  const exactMs = await trainUntil(onExact, "exact", STEPS, Infinity);
  const exact = await measure(onExact);
  say(
    `targets seed ${seed}: ${STEPS} steps on exact targets in ${(exactMs / 1000).toFixed(0)} s, excess ${exact.excess?.mean.toFixed(3)}`,
  );
  const equalStepsMs = await trainUntil(onConditional, "conditional", STEPS, Infinity);
  const equalSteps = await measure(onConditional);
  gradients.end = await variances(onConditional, "gradients at the end");
  const moreMs = await trainUntil(onConditional, "conditional", Infinity, exactMs - equalStepsMs);
  const equalTime = await measure(onConditional);
  say(`targets seed ${seed}: conditional, ${equalTime.steps} steps in that time, excess ${equalTime.excess?.mean.toFixed(3)}`);
  await pool.close();
  return {
    batch: BATCH,
    milliseconds: { exact: exactMs, conditionalEqualSteps: equalStepsMs, conditionalEqualTime: equalStepsMs + moreMs },
    exact,
    equalSteps,
    equalTime,
    gradients,
  };
}
