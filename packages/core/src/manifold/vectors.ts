/** Σ u_i v_i. */
export function dot(u: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i] * v[i];
  return sum;
}

/** (Σ f(i)²)^½ over i < n. */
export function normOf(n: number, f: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += f(i) ** 2;
  return Math.sqrt(sum);
}

/** The rows of the identity matrix, [d, d]. */
export function identityFrame(dim: number, out: Float64Array): Float64Array {
  out.fill(0);
  for (let k = 0; k < dim; k++) out[k * dim + k] = 1;
  return out;
}
