import type { VectorField } from "../ode/index.js";
import { guide } from "./guided-field.js";

/** Where and how strongly to guide. */
export interface GuidanceInterval {
  /** w inside the interval, as in `guide`. */
  readonly weight: number;
  /** First time of the interval. */
  readonly from: number;
  /** Last time of the interval. */
  readonly to: number;
}

/**
 * Guidance with weight w for from ≤ t ≤ to, and the conditional field alone (w = 1) at other times: near the noise guidance throws
 * away modes, near the data it does nothing [Kynkaanniemi2024]. In terms of the ratio s = α/β the times are `timeOfSnr(s)`.
 * The field jumps at both ends: a fixed grid should have them among its times; an adaptive solver finds them by itself.
 * @throws RangeError unless the weight is finite and 0 ≤ from ≤ to ≤ 1.
 */
export function guideWithin(
  unconditional: VectorField,
  conditional: VectorField,
  { weight, from, to }: GuidanceInterval,
): VectorField {
  if (!(from >= 0 && to >= from && to <= 1)) {
    throw new RangeError(`Cannot guide: the interval is from t = ${from} to t = ${to}; expected 0 ≤ from ≤ to ≤ 1`);
  }
  const guided = guide(unconditional, conditional, weight);
  return { evaluate: (t, x, out) => (t >= from && t <= to ? guided : conditional).evaluate(t, x, out) };
}
