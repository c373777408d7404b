import type { WeightedAtoms } from "./logits.js";

/** How far the atoms reach, and how many they are. */
export interface Reach {
  /** No less than max ‖z_i − c‖ about some c. */
  readonly radius: number;
  /** No less than max ‖z_i‖. */
  readonly norm: number;
  /** N. */
  readonly size: number;
}

/**
 * How far the atoms reach: no less than max ‖z_i − z̄‖ and max ‖z_i‖. Squares are taken in units of the largest coordinate where
 * they would over- or underflow.
 */
export function reachOf({ points: { data, size, dim } }: WeightedAtoms): Reach {
  const mean = new Float64Array(dim);
  for (let at = 0, d = 0; at < data.length; at++, d = d + 1 === dim ? 0 : d + 1) mean[d] += data[at] / size;
  let most = 0;
  for (const z of data) most = Math.max(most, Math.abs(z));
  const unit = most > 0 && (most < 1e-100 || most > 1e100) ? most : 1;
  let [radius, norm] = [0, 0];
  for (let i = 0, at = 0; i < size; i++) {
    let [fromMean, fromZero] = [0, 0];
    for (let d = 0; d < dim; d++, at++) {
      const r = (data[at] - mean[d]) / unit;
      const z = data[at] / unit;
      fromMean += r * r;
      fromZero += z * z;
    }
    radius = Math.max(radius, fromMean);
    norm = Math.max(norm, fromZero);
  }
  const enlarge = unit * (1 + (dim + 8) * Number.EPSILON);
  return { radius: Math.sqrt(radius) * enlarge, norm: Math.sqrt(norm) * enlarge, size };
}
