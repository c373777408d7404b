import { fork, independentCoupling, otCoupling, rngOf, rows } from "@fluxion/core";
import { buildOptimizer, createLearner, onnxEngine, train } from "@fluxion/train";
import { say } from "../lib/progress.mjs";
import { c2otNetwork, torchcfmNetwork } from "./networks.mjs";
import { coupled, drawEnds, lossOf, straightBatch, transportOf } from "./plane.mjs";

/**
 * What fixes a planar protocol besides its coupling.
 * @typedef {{ network: () => import("@fluxion/train").Network, learningRate: number, batch: number, drawn: number, sigma: number, steps: number, report: number, points: number }} PlanarProtocol
 */

/**
 * Both with Adam, no clipping, no decay, no average of the parameters, the last parameters evaluated. `drawn` rows are drawn
 * and coupled at once and used up in batches.
 */
export const planar = /** @type {const} @satisfies {Record<string, PlanarProtocol>} */ ({
  moons: {
    network: c2otNetwork,
    learningRate: 3e-4,
    batch: 256,
    drawn: 1024,
    sigma: 0,
    steps: 20_000,
    report: 5000,
    points: 10_000,
  },
  "8gaussians": {
    network: torchcfmNetwork,
    learningRate: 1e-3,
    batch: 256,
    drawn: 256,
    sigma: 0.01,
    steps: 20_000,
    report: 5000,
    points: 4000,
  },
});

const couplings = { fm: independentCoupling, ot: otCoupling };

/**
 * Trains and evaluates one seed of one row of a planar protocol; `wanted` steps may stop short of what was published.
 * @param {keyof typeof planar} name @param {keyof typeof couplings} row @param {number} seed @param {number} [wanted]
 */
export async function planarRun(name, row, seed, wanted) {
  const { network, learningRate, batch, drawn, sigma, report, points } = planar[name];
  const steps = wanted ?? planar[name].steps;
  const rng = rngOf(seed);
  const coupling = couplings[row]();
  const learner = createLearner({
    engine: await onnxEngine({ threads: 1 }),
    network: network(),
    optimizer: buildOptimizer({ learningRate, clipNorm: null, emaDecay: 0 }),
    rng,
  });
  const each = drawn / batch;
  let ends = { draw: -1, ...drawEnds(rng, 1) };
  const batchAt = (/** @type {number} */ step) => {
    const draw = Math.floor(step / each);
    if (draw !== ends.draw) {
      const stream = fork(rng, "ends", draw);
      ends = { draw, ...coupled(drawEnds(stream, drawn), coupling, fork(stream, "coupling")) };
    }
    const from = (step % each) * batch;
    const part = { x0: rows(ends.x0, from, from + batch), x1: rows(ends.x1, from, from + batch) };
    return straightBatch(fork(rng, "batch", step), part, sigma);
  };
  const began = performance.now();
  const losses = [];
  let recent = [];
  for await (const event of train(learner, { batchAt, steps })) {
    if (event.kind !== "step") continue;
    recent.push(event.loss / 2);
    if (learner.steps % report > 0) continue;
    // The published figures are of single batches; the mean of the last thousand says what they scatter about.
    const mean = recent.slice(-1000).reduce((sum, loss) => sum + loss, 0) / Math.min(recent.length, 1000);
    losses.push({ steps: learner.steps, batch: recent[recent.length - 1], mean });
    recent = [];
    say(`${name} ${row} seed ${seed}: ${learner.steps} steps, loss ${mean.toFixed(3)}`);
  }
  const trainingSeconds = (performance.now() - began) / 1000;
  const field = learner.field();
  const loss = await lossOf(field, fork(rng, "loss"), { drawn, sigma, coupling });
  const transport = await transportOf(field, fork(rng, "transport"), points);
  return { steps, trainingSeconds, losses, ...loss, transport };
}
