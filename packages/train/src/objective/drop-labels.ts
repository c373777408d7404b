import { type Rng, uniform } from "@fluxion/core";
import { NULL_LABEL } from "../network/index.js";

/**
 * Labels of which each became the null label with probability `rate`, by itself: training on them teaches one network the
 * conditional field and the unconditional one, which guidance needs [HoSalimans2022].
 * @throws RangeError unless 0 ≤ rate ≤ 1.
 */
export function dropLabels(rng: Rng, label: Int32Array, rate: number): Int32Array {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`Cannot drop labels: the rate is ${rate}; expected 0 to 1`);
  const draws = uniform(rng, new Float64Array(label.length));
  return label.map((k, b) => (Number(draws[b]) < rate ? NULL_LABEL : k));
}
