import type { ForwardOps, Tensor } from "../engine/index.js";

/**
 * How a network sees time.
 * - `raw`: t itself, one feature, as in torchcfm.
 * - `fourier`: t, cos(πkt), sin(πkt) for k = 1 … count: 2·count + 1 features, half periods so that 0 and 1 differ.
 * - `sinusoidal`: cos(ωt), sin(ωt) for `count` frequencies ω in geometric progression from 1 to `maxFrequency`.
 */
export type TimeSpec =
  | { readonly kind: "raw" }
  | { readonly kind: "fourier"; readonly count: number }
  | {
      readonly kind: "sinusoidal";
      readonly count: number;
      /** Beyond about 1000 the float32 rounding of ωt shows. @defaultValue 100 */
      readonly maxFrequency?: number;
    };

/** φ(t): t itself or not, then all cosines, then all sines. */
export interface TimeFeatures {
  readonly withTime: boolean;
  /** Angular frequencies ω, each one a cosine and a sine. */
  readonly frequencies: readonly number[];
}

/** The features that a spec describes. */
export function timeFeatures(spec: TimeSpec): TimeFeatures {
  switch (spec.kind) {
    case "raw":
      return { withTime: true, frequencies: [] };
    case "fourier":
      return { withTime: true, frequencies: Array.from({ length: spec.count }, (_, k) => Math.PI * (k + 1)) };
    case "sinusoidal": {
      const { count, maxFrequency = 100 } = spec;
      return {
        withTime: false,
        frequencies: Array.from({ length: count }, (_, k) => maxFrequency ** (k / Math.max(count - 1, 1))),
      };
    }
  }
}

/** F, the number of features. */
export function featureCount({ withTime, frequencies }: TimeFeatures): number {
  return 2 * frequencies.length + (withTime ? 1 : 0);
}

/** φ(t) for times t [B, 1], [B, F]. */
export function traceTimeFeatures(ops: ForwardOps, { withTime, frequencies }: TimeFeatures, t: Tensor): Tensor {
  if (frequencies.length === 0) return t;
  const angles = ops.mul(t, ops.constant(frequencies, [1, frequencies.length])); // [B, count]
  return ops.concat([...(withTime ? [t] : []), ops.cos(angles), ops.sin(angles)], 1);
}

/** Features of every time a network takes: t [B], or (t, r) [B, 2] ↦ [B, times·F]. A network of two times reads t [B] as r = t. */
export function traceTimes(ops: ForwardOps, features: TimeFeatures, t: Tensor, times: 1 | 2): Tensor {
  const B = t.shape[0] ?? 0;
  const phi = (column: Tensor): Tensor => traceTimeFeatures(ops, features, column);
  if (t.shape.length === 1) {
    const once = phi(ops.reshape(t, [B, 1]));
    return times === 1 ? once : ops.concat([once, once], 1);
  }
  if (times === 1) throw new RangeError(`Cannot evaluate the network: t is [${t.shape.join(", ")}]; expected [B] for times: 1`);
  return ops.concat([phi(ops.slice(t, 0, 1, 1)), phi(ops.slice(t, 1, 2, 1))], 1);
}
