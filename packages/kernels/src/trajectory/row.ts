/** Row r of [B, width]. */
export function rowOf(x: Float64Array, r: number, width: number): Float64Array {
  return x.subarray(r * width, (r + 1) * width);
}

/** to += scale·x; returns `to`. */
export function addRow(to: Float64Array, x: ArrayLike<number>, scale = 1): Float64Array {
  for (let d = 0; d < to.length; d++) to[d] = (to[d] as number) + scale * (x[d] as number);
  return to;
}

/** x ← scale·x; returns it. */
export function scaleRow(x: Float64Array, scale: number): Float64Array {
  for (let d = 0; d < x.length; d++) x[d] = scale * (x[d] as number);
  return x;
}

/** Σ x_d y_d. */
export function dotRows(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += (x[d] as number) * (y[d] as number);
  return sum;
}

/** ‖v‖. */
export function euclidean(v: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < v.length; d++) sum += (v[d] as number) * (v[d] as number);
  return Math.sqrt(sum);
}
