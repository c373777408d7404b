import { type MarginalField, type Points, points, row, rows, zerosLike } from "@fluxion/core";
import type { TrainingBatch } from "../objective/index.js";
import type { NetworkField } from "./network-field.js";

/**
 * A field in closed form that a network is added to: v = u_base + v_θ. The network then learns only what the base lacks; with
 * the exact field of the Gaussian that has the data's mean and covariance, that is all but the first two moments.
 */
export interface BaseField {
  /** D. */
  readonly dim: number;
  /** u_base(t_b, x_b) with a time for each point, t [B], into `out` [B, D]. */
  velocity(t: Float64Array, x: Points, out: Points): Points;
  /** ∇·u_base(t, x), [B]. */
  divergence(t: number, x: Points): Float64Array;
  /** ∇u_base(t, x)·dx, [B, D]. */
  jvp(t: number, x: Points, dx: Points): Float64Array;
}

/** The exact marginal field of a data distribution as a base, for example of one Gaussian. Eq. (M6) */
export function baseField(field: MarginalField): BaseField {
  return {
    dim: field.dim,
    velocity(t, x, out) {
      const sameTime = t.every((time) => time === t[0]);
      if (sameTime && t.length > 0) return field.evaluate(t[0] ?? 0, x, out);
      t.forEach((time, b) => {
        field.evaluate(time, rows(x, b, b + 1), points(row(out, b), x.dim));
      });
      return out;
    },
    divergence: (t, x) => quantityOf(field, "divergence", t, x),
    jvp: (t, x, dx) => quantityOf(field, "jvp", t, x, dx),
  };
}

function quantityOf(field: MarginalField, name: "divergence" | "jvp", t: number, x: Points, tangent?: Points): Float64Array {
  const value = field.quantities(t, x, [name], tangent === undefined ? {} : { tangent }).values[name];
  if (value === undefined) throw new Error(`internal: the field did not answer with its ${name}`);
  return value;
}

/** The batch that the network regresses on: u_t less the base. The gradient of the loss is the same. Eq. (M8) */
export function lessBase(base: BaseField, batch: TrainingBatch): TrainingBatch {
  const velocity = base.velocity(batch.t, batch.xt, zerosLike(batch.xt)).data;
  return { ...batch, ut: { ...batch.ut, data: batch.ut.data.map((v, d) => v - (velocity[d] ?? 0)) } };
}

/** The field u_base + v_θ. */
export function withBase(base: BaseField, network: NetworkField): NetworkField {
  const add = (out: Points, values: Float64Array): Points => {
    for (let d = 0; d < values.length; d++) out.data[d] = (out.data[d] ?? 0) + (values[d] ?? 0);
    return out;
  };
  const times = (t: number, x: Points): Float64Array => new Float64Array(x.size).fill(t);
  const under = (t: Float64Array, x: Points): Float64Array => base.velocity(t, x, zerosLike(x)).data;
  return {
    dim: network.dim,
    async evaluate(t, x, out) {
      return add(await network.evaluate(t, x, out), under(times(t, x), x));
    },
    async evaluateAt(t, x, out) {
      return add(await network.evaluateAt(t, x, out), under(t, x));
    },
    async jvp(t, x, dx, out) {
      return add(await network.jvp(t, x, dx, out), base.jvp(t, x, dx));
    },
    async divergence(t, x) {
      const own = await network.divergence(t, x);
      return base.divergence(t, x).map((v, b) => v + (own[b] ?? 0));
    },
    blocking: { evaluate: (t, x, out) => add(network.blocking.evaluate(t, x, out), under(times(t, x), x)) },
  };
}
