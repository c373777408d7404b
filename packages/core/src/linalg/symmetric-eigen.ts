import { requireSquare } from "./cholesky.js";

/** A = Σ_k values[k] · v_k·v_kᵀ with orthonormal v_k. */
export interface SymmetricEigen {
  /** [D], descending. */
  readonly values: Float64Array;
  /** [D, D], row-major: row k is v_k, with its largest entry positive. */
  readonly vectors: Float64Array;
}

/**
 * Throws unless A is finite and symmetric up to rounding: |a_ij − a_ji| ≤ 1e-12·max|a|; `what` names it in the message.
 */
export function requireSymmetric(a: Float64Array, dim: number, what: string): void {
  requireSquare(a, dim);
  let largest = 0;
  for (const v of a) {
    if (!Number.isFinite(v)) throw new RangeError(`Cannot use ${what}: it contains ${v}; expected finite numbers`);
    largest = Math.max(largest, Math.abs(v));
  }
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) {
      const [lower, upper] = [a[i * dim + j], a[j * dim + i]];
      if (Math.abs(lower - upper) <= 1e-12 * largest) continue;
      throw new RangeError(`Cannot use ${what}: entry (${i}, ${j}) is ${lower} and (${j}, ${i}) is ${upper}; expected symmetry`);
    }
  }
}

/** A plane rotation as s = sin and r = s/(1 + cos): x ← x − s(y + r·x), y ← y + s(x − r·y) loses least to rounding. */
interface Rotation {
  readonly s: number;
  readonly r: number;
}

/** Rotates two lines of a matrix, which start at p and q and have `dim` entries `stride` apart. */
function turn(
  m: Float64Array,
  { s, r }: Rotation,
  [p, q]: readonly [number, number],
  [dim, stride]: readonly [number, number],
): void {
  for (let k = 0; k < dim; k++) {
    const x = m[p + k * stride];
    const y = m[q + k * stride];
    m[p + k * stride] = x - s * (y + r * x);
    m[q + k * stride] = y + s * (x - r * y);
  }
}

/** The Jacobi rotation in the plane (p, q) that makes a_pq zero [Golub2013, §8.5.2]; rows of `v` follow. */
function rotate(a: Float64Array, v: Float64Array, dim: number, [p, q]: readonly [number, number]): void {
  const [app, aqq, apq] = [a[p * dim + p], a[q * dim + q], a[p * dim + q]];
  const tau = (aqq - app) / (2 * apq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const rotation = { s: t * c, r: (t * c) / (1 + c) };
  turn(a, rotation, [p, q], [dim, dim]); // columns
  turn(a, rotation, [p * dim, q * dim], [dim, 1]); // rows
  turn(v, rotation, [p * dim, q * dim], [dim, 1]);
  a[p * dim + p] = app - t * apq;
  a[q * dim + q] = aqq + t * apq;
  a[p * dim + q] = 0;
  a[q * dim + p] = 0;
}

/** Rotates every pair (p, q) once where a_pq still counts in float64, also for small eigenvalues; returns how many. */
function sweep(a: Float64Array, v: Float64Array, dim: number): number {
  const negligible = Number.EPSILON ** 2 * a.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);
  let rotations = 0;
  for (let p = 0; p < dim; p++) {
    for (let q = p + 1; q < dim; q++) {
      const small = 0.5 * Number.EPSILON * Math.sqrt(Math.abs(a[p * dim + p]) * Math.abs(a[q * dim + q]));
      if (Math.abs(a[p * dim + q]) <= Math.max(small, negligible)) continue;
      rotate(a, v, dim, [p, q]);
      rotations++;
    }
  }
  return rotations;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations, to rounding; O(D³) a sweep, about ten
 * sweeps.
 * @throws RangeError when A is not finite or not symmetric.
 */
export function symmetricEigen(matrix: Float64Array, dim: number): SymmetricEigen {
  requireSymmetric(matrix, dim, "the matrix");
  const a = new Float64Array(dim * dim);
  const v = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < dim; j++) a[i * dim + j] = 0.5 * (matrix[i * dim + j] + matrix[j * dim + i]);
    v[i * dim + i] = 1;
  }
  for (let sweeps = 0; sweeps < 60 && sweep(a, v, dim) > 0; sweeps++);
  const order = Array.from({ length: dim }, (_, k) => k).sort((p, q) => a[q * dim + q] - a[p * dim + p]);
  const values = Float64Array.from(order, (k) => a[k * dim + k]);
  const vectors = new Float64Array(dim * dim);
  order.forEach((k, at) => {
    const vector = v.subarray(k * dim, (k + 1) * dim);
    const lead = vector.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
    for (let i = 0; i < dim; i++) vectors[at * dim + i] = lead < 0 ? -vector[i] : vector[i];
  });
  return { values, vectors };
}

/**
 * f(A) = Σ_k f(λ_k)·v_k·v_kᵀ for a symmetric A, [D, D]: the square root for `Math.sqrt`, the inverse for λ ↦ 1/λ.
 * @throws RangeError when f of an eigenvalue is not finite.
 */
export function symmetricFunction(a: Float64Array, dim: number, f: (eigenvalue: number) => number): Float64Array {
  const { values, vectors } = symmetricEigen(a, dim);
  const out = new Float64Array(dim * dim);
  for (let k = 0; k < dim; k++) {
    const scale = f(values[k]);
    if (!Number.isFinite(scale)) {
      throw new RangeError(`Cannot apply a function to the matrix: it is ${scale} at eigenvalue ${values[k]}; expected finite`);
    }
    for (let i = 0; i < dim; i++) {
      const left = scale * vectors[k * dim + i];
      for (let j = 0; j < dim; j++) out[i * dim + j] += left * vectors[k * dim + j];
    }
  }
  return out;
}
