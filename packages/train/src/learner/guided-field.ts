import { type Points, zerosLike } from "@fluxion/core";
import type { NetworkField } from "./network-field.js";

/** v_∅ + w·(v_y − v_∅): classifier-free guidance, and its derivatives, at two evaluations each [HoSalimans2022]. */
export function guidedField(unconditional: NetworkField, conditional: NetworkField, weight: number): NetworkField {
  /** Moves `out` = v_∅ to the guided value. */
  const guide = (out: Float64Array, towards: Float64Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = Number(out[i]) + weight * (Number(towards[i]) - Number(out[i]));
  };
  const both = async (evaluate: (field: NetworkField, out: Points) => Promise<Points>, out: Points): Promise<Points> => {
    await evaluate(unconditional, out);
    guide(out.data, (await evaluate(conditional, zerosLike(out))).data);
    return out;
  };
  return {
    dim: conditional.dim,
    evaluate: (t, x, out) => both((field, into) => field.evaluate(t, x, into), out),
    evaluateAt: (t, x, out) => both((field, into) => field.evaluateAt(t, x, into), out),
    jvp: (t, x, dx, out) => both((field, into) => field.jvp(t, x, dx, into), out),
    async divergence(t, x) {
      const out = await unconditional.divergence(t, x);
      guide(out, await conditional.divergence(t, x));
      return out;
    },
    blocking: {
      evaluate(t, x, out) {
        unconditional.blocking.evaluate(t, x, out);
        guide(out.data, conditional.blocking.evaluate(t, x, zerosLike(x)).data);
        return out;
      },
    },
  };
}
