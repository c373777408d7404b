import type { Scheduler } from "@fluxion/core";
import {
  type NetworkPrediction,
  type TimeSampler,
  type TrainingBatch,
  timeSampler,
  type Weighting,
  weightingOf,
} from "@fluxion/train";
import type { TrainSpec } from "../spec/index.js";

/** Over which law of t a training loss is an average, and with which weights. */
export interface LossLaw {
  readonly sampler: TimeSampler;
  readonly weighting: Weighting;
  /** Whether it is the plain loss: uniform times, weights 1, on velocities. */
  readonly plain: boolean;
  /** The loss in words, as `t ~ logit-normal(0, 1), weight snr of the velocity`. */
  readonly over: string;
  /** What the loss of a velocity error at t counts under uniform t: the floor of the loss is V under this weight. Eq. (M8) */
  readonly floorWeight: (t: number) => number;
  /** What a drawn point at t counts as an error of the velocity. */
  readonly pointWeight: (t: number) => number;
}

/** The law of a spec. @throws RangeError for a law or weights that the library refuses. */
export function lossLaw(
  { time = { law: "uniform" }, weighting: spec = { kind: "constant" } }: Pick<TrainSpec, "time" | "weighting">,
  scheduler: Scheduler,
  prediction: NetworkPrediction["kind"] = "velocity",
): LossLaw {
  const sampler = timeSampler(time);
  const weighting = weightingOf(spec, { scheduler, prediction });
  return {
    sampler,
    weighting,
    plain: sampler.over === "t ~ uniform" && weighting.name === "constant" && prediction === "velocity",
    over: `${sampler.over}, weight ${weighting.name} of the ${prediction}`,
    floorWeight: (t) => sampler.densityOf(t) * weighting.ofVelocity(t),
    pointWeight: (t) => sampler.weightOf(t) * weighting.ofVelocity(t),
  };
}

/** The batch with the weights of its points as errors of the network's own prediction; none where all are 1. */
export function weighted({ sampler, weighting }: LossLaw, batch: TrainingBatch): TrainingBatch {
  const weight = batch.t.map((t) => sampler.weightOf(t) * weighting.ofPrediction(t));
  return weight.every((w) => w === 1) ? batch : { ...batch, weight };
}
