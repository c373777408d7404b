/**
 * The lower triangular L with L·Lᵀ = A, for a symmetric positive definite A; only the lower triangle of A is read.
 * Matrices are [D, D], row-major; the result is zero above the diagonal.
 * @throws RangeError naming the first pivot that is not positive.
 */
export function cholesky(a: Float64Array, dim: number): Float64Array {
  requireSquare(a, dim);
  const l = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * dim + j];
      for (let k = 0; k < j; k++) sum -= l[i * dim + k] * l[j * dim + k];
      if (j < i) {
        l[i * dim + j] = sum / l[j * dim + j];
      } else if (sum > 0 && sum < Infinity) {
        l[i * dim + i] = Math.sqrt(sum);
      } else {
        throw new RangeError(
          `Cannot factorise the matrix: pivot ${i} is ${sum}; expected a positive number, as in every positive definite matrix`,
        );
      }
    }
  }
  return l;
}

/** Throws unless `a` holds [dim, dim] numbers. */
export function requireSquare(a: Float64Array, dim: number): void {
  if (Number.isInteger(dim) && dim >= 1 && a.length === dim * dim) return;
  throw new RangeError(`Cannot use ${a.length} numbers as a [${dim}, ${dim}] matrix: expected ${dim * dim}`);
}

/** Solves L·x = b for a lower triangular L by forward substitution; `out` may be `b`. */
export function solveLower(l: Float64Array, dim: number, b: Float64Array, out: Float64Array): Float64Array {
  for (let i = 0; i < dim; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l[i * dim + k] * out[k];
    out[i] = sum / l[i * dim + i];
  }
  return out;
}

/** Solves Lᵀ·x = b for a lower triangular L by backward substitution; `out` may be `b`. */
export function solveLowerTransposed(l: Float64Array, dim: number, b: Float64Array, out: Float64Array): Float64Array {
  for (let i = dim - 1; i >= 0; i--) {
    let sum = b[i];
    for (let k = i + 1; k < dim; k++) sum -= l[k * dim + i] * out[k];
    out[i] = sum / l[i * dim + i];
  }
  return out;
}

/** Solves L·Lᵀ·x = b, that is A·x = b with L = `cholesky(A)`; `out` may be `b`. */
export function choleskySolve(l: Float64Array, dim: number, b: Float64Array, out: Float64Array): Float64Array {
  return solveLowerTransposed(l, dim, solveLower(l, dim, b, out), out);
}

/** log det A = 2 Σ log L_ii with L = `cholesky(A)`. */
export function logDeterminant(l: Float64Array, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += Math.log(l[i * dim + i]);
  return 2 * sum;
}
