import type { Points } from "./points.js";

/** ‖x_b − y_b‖² of corresponding rows, [B]. @throws RangeError on unequal shapes. */
export function squaredRowDistances(x: Points, y: Points): Float64Array {
  if (x.size !== y.size || x.dim !== y.dim) {
    throw new RangeError(
      `Cannot measure distances of rows: they are [${x.size}, ${x.dim}] and [${y.size}, ${y.dim}]; expected equal shapes`,
    );
  }
  const out = new Float64Array(x.size);
  for (let b = 0, at = 0; b < x.size; b++) {
    for (let d = 0; d < x.dim; d++, at++) out[b] += (x.data[at] - y.data[at]) ** 2;
  }
  return out;
}

/** The mean of ‖x_b − y_b‖ over rows. @throws RangeError on unequal shapes. */
export function meanRowDistance(x: Points, y: Points): number {
  return squaredRowDistances(x, y).reduce((sum, squared) => sum + Math.sqrt(squared), 0) / x.size;
}
