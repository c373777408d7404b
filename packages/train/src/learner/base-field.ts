import { type GaussianField, type Points, zerosLike } from "@fluxion/core";
import type { TrainingBatch } from "../objective/index.js";
import type { NetworkField } from "./network-field.js";

/**
 * A field in closed form that a network is added to: v = u_base + v_θ. The network then learns only what the base lacks; with
 * the exact field of the Gaussian that has the data's mean and covariance, that is all but the first two moments.
 */
export type BaseField = GaussianField;

/** The batch that the network regresses on: u_t less the base. The gradient of the loss is the same. Eq. (M8) */
export function lessBase(base: BaseField, batch: TrainingBatch): TrainingBatch {
  const velocity = base.evaluateAt(batch.t, batch.xt, zerosLike(batch.xt)).data;
  return { ...batch, ut: { ...batch.ut, data: batch.ut.data.map((v, d) => v - (velocity[d] ?? 0)) } };
}

/** The field u_base + v_θ. */
export function withBase(base: BaseField, network: NetworkField): NetworkField {
  const add = (out: Points, { data }: Points): Points => {
    for (let d = 0; d < data.length; d++) out.data[d] = (out.data[d] ?? 0) + (data[d] ?? 0);
    return out;
  };
  return {
    dim: network.dim,
    async evaluate(t, x, out) {
      return add(await network.evaluate(t, x, out), base.evaluate(t, x, zerosLike(x)));
    },
    async evaluateAt(t, x, out) {
      return add(await network.evaluateAt(t, x, out), base.evaluateAt(t, x, zerosLike(x)));
    },
    async jvp(t, x, dx, out) {
      return add(await network.jvp(t, x, dx, out), base.jvp(t, dx));
    },
    async divergence(t, x) {
      const own = base.divergence(t);
      return (await network.divergence(t, x)).map((v) => v + own);
    },
    blocking: { evaluate: (t, x, out) => add(network.blocking.evaluate(t, x, out), base.evaluate(t, x, zerosLike(x))) },
  };
}
