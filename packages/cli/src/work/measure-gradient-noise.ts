import { type AtomPath, drawBatch, evaluateEach, fork, rngOf, zerosLike } from "@fluxion/core";
import { createLearner, type Engine, type GradientNoise, gradientNoise } from "@fluxion/train";
import { badInput } from "../errors.js";
import type { Progress } from "../progress/index.js";
import type { Spec } from "../spec/index.js";
import { lossLaw, weighted } from "./loss-law.js";
import { baseFieldOf } from "./network-base.js";
import { type ModelWeights, optimizerOf } from "./network-of.js";

/** What the noise of a gradient depends on. */
export interface MeasureGradientNoiseInput {
  readonly spec: Spec;
  readonly path: AtomPath;
  readonly weights: ModelWeights;
  readonly engine: Engine;
  /** Batches of the size of the training. */
  readonly batches: number;
}

/**
 * The gradient noise of single pairs against exact targets at the averaged weights, over batches of the training's size, times and
 * weights, paired independently. Eq. (M8) @throws CliError for a network with classes.
 */
export async function measureGradientNoise(
  { spec, path, weights, engine, batches }: MeasureGradientNoiseInput,
  progress: Progress,
): Promise<GradientNoise> {
  if (spec.network.classes > 0) {
    throw badInput(`Cannot measure gradient noise: the network has ${spec.network.classes} classes; expected one without`);
  }
  const { network, base, theta } = weights;
  const rng = fork(rngOf(spec.seed), "gradient noise");
  const learner = createLearner({
    engine,
    network,
    optimizer: optimizerOf(spec.train),
    rng,
    ...(base ? { base: baseFieldOf(base, weights.path) } : {}),
  });
  const zeros = new Float32Array(theta.length);
  learner.load({ steps: 0, theta, ema: theta, firstMoment: zeros, secondMoment: zeros });
  const law = lossLaw(spec.train, path.field.scheduler);
  const task = progress.start("gradient noise", batches, "batches");
  const pairAt = (k: number) => {
    task.update(k);
    const conditional = weighted(law, drawBatch(path, fork(rng, "batch", k), spec.train.batch, law.sampler.draw));
    const ut = evaluateEach(path.field, conditional.t, conditional.xt, zerosLike(conditional.xt));
    return { conditional, exact: { ...conditional, ut } };
  };
  try {
    return await gradientNoise(learner, pairAt, batches);
  } finally {
    learner.dispose();
    task.end();
  }
}
