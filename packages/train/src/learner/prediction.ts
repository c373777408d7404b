import { type Conversion, conversion, type Points, type Prediction, row, type Scheduler, zerosLike } from "@fluxion/core";
import type { TrainingBatch } from "../objective/index.js";
import type { NetworkField } from "./network-field.js";

/** What the output of a network stands for; velocity, denoiser and noise are one posterior mean in three forms. Eq. (M7) */
export interface NetworkPrediction {
  readonly kind: Exclude<Prediction, "score">;
  /** The path that the network is trained on. */
  readonly scheduler: Scheduler;
}

/**
 * The batch with the prediction's own target in place of the velocity: z for the denoiser and ε for the noise where `ut` is
 * u_t(x|z), their posterior means where it is u_t(x). With v = c_x·x + c·f the loss of the velocity is c² times that of f at
 * each time, so that losses compare across predictions only as velocities, which `evaluate` measures. Eq. (M7)
 */
export function predictionBatch({ kind, scheduler }: NetworkPrediction, batch: TrainingBatch): TrainingBatch {
  if (kind === "velocity") return batch;
  const target = zerosLike(batch.ut);
  batch.t.forEach((t, b) => {
    affine(conversion("velocity", kind, scheduler.at(t)), row(batch.xt, b), row(batch.ut, b), row(target, b));
  });
  return { ...batch, ut: target };
}

/**
 * The velocity field of a network that predicts something else: v = c_x·x + c·f(t, x), and the same for its derivatives. Eq. (M7)
 * A denoiser gives no velocity at β = 0, noise none at α = 0: there evaluation throws a RangeError, and sampling ends before
 * or begins after.
 */
export function asVelocity({ kind, scheduler }: NetworkPrediction, network: NetworkField): NetworkField {
  if (kind === "velocity") return network;
  const at = (t: number): Conversion => conversion(kind, "velocity", scheduler.at(t));
  const convertAll = (t: number, x: Points, out: Points): Points => {
    affine(at(t), x.data, out.data, out.data);
    return out;
  };
  return {
    dim: network.dim,
    evaluate: async (t, x, out) => convertAll(t, x, await network.evaluate(t, x, out)),
    async evaluateAt(t, x, out) {
      const value = await network.evaluateAt(t, x, out);
      t.forEach((time, b) => {
        affine(at(time), row(x, b), row(value, b), row(value, b));
      });
      return value;
    },
    jvp: async (t, x, dx, out) => convertAll(t, dx, await network.jvp(t, x, dx, out)),
    async divergence(t, x) {
      const own = at(t);
      return (await network.divergence(t, x)).map((value) => own.x * x.dim + own.value * value);
    },
    blocking: { evaluate: (t, x, out) => convertAll(t, x, network.blocking.evaluate(t, x, out)) },
  };
}

/** out = c_x·x + c·value; where c = 0 the value is not read. */
function affine(c: Conversion, x: Float64Array, value: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = c.x * Number(x[i]) + (c.value === 0 ? 0 : c.value * Number(value[i]));
}
