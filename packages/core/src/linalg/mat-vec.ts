/** A·x for A [M, D], row-major, and x [D], into `out` [M], which must not be `x`. */
export function matVec(a: Float64Array, x: Float64Array, out: Float64Array): Float64Array {
  const dim = x.length;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += a[i * dim + k] * x[k];
    out[i] = sum;
  }
  return out;
}

/** Aᵀ·x for A [M, D], row-major, and x [M], into `out` [D], which must not be `x`. */
export function matVecTransposed(a: Float64Array, x: Float64Array, out: Float64Array): Float64Array {
  const dim = out.length;
  out.fill(0);
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < dim; k++) out[k] += a[i * dim + k] * x[i];
  }
  return out;
}
