import type { Points } from "../points/index.js";

/**
 * ‖x_b − y_i‖², [B, N], row-major, from differences: near points keep all their digits.
 * @throws RangeError when the dims differ.
 */
export function squaredDistances(x: Points, y: Points): Float64Array {
  const D = x.dim;
  if (y.dim !== D) {
    throw new RangeError(`Cannot measure distances: x has dim ${D}, y has dim ${y.dim}; expected equal dims`);
  }
  const out = new Float64Array(x.size * y.size);
  for (let b = 0; b < x.size; b++) {
    for (let i = 0; i < y.size; i++) {
      let sum = 0;
      for (let d = 0; d < D; d++) {
        const step = x.data[b * D + d] - y.data[i * D + d];
        sum += step * step;
      }
      out[b * y.size + i] = sum;
    }
  }
  return out;
}
