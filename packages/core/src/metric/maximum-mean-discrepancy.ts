import { type Points, requireFinite } from "../points/index.js";

/** Options of `maximumMeanDiscrepancy`. */
export interface DiscrepancyOptions {
  /** h of the kernel exp(−‖x − y‖²/(2h²)). @defaultValue `medianDistance(x, y)` */
  readonly bandwidth?: number;
}

/** An unbiased estimate of MMD². */
export interface Discrepancy {
  /** MMD², which can be negative; 0 in expectation for equal laws. */
  readonly mmdSquared: number;
  readonly standardError: number;
  /** h. */
  readonly bandwidth: number;
}

/** Rows of each sample that the median heuristic looks at. */
const MEDIAN_ROWS = 500;

/**
 * The median distance between two different rows of both samples together (of their first 500 rows each), the usual bandwidth.
 * @throws RangeError when dims differ, there are fewer than two rows, or the median is 0.
 */
export function medianDistance(x: Points, y: Points): number {
  requireAlike(x, y);
  const pool = [x, y].flatMap((sample) =>
    Array.from({ length: Math.min(sample.size, MEDIAN_ROWS) }, (_, b) => sample.data.subarray(b * x.dim, (b + 1) * x.dim)),
  );
  const squares = new Float64Array((pool.length * (pool.length - 1)) / 2);
  for (let i = 1, at = 0; i < pool.length; i++) for (let j = 0; j < i; j++, at++) squares[at] = squaredDistance(pool[i], pool[j]);
  const median = Math.sqrt(squares.sort()[Math.floor(squares.length / 2)]);
  if (median > 0) return median;
  throw new RangeError(`Cannot choose a bandwidth: the median distance is ${median}; expected different points`);
}

/**
 * MMD² = E k(X, X') + E k(Y, Y') − 2E k(X, Y) for k(x, y) = exp(−‖x − y‖²/(2h²)), as the U-statistic over pairs of rows
 * h_ij = k(x_i, x_j) + k(y_i, y_j) − k(x_i, y_j) − k(x_j, y_i), i ≠ j [Gretton2012, Eq. (4)]: unbiased. Its standard error keeps the
 * second-order term, which is all there is when the laws are equal. O(n²·D) time, O(n) memory.
 * @throws RangeError unless the samples have equal sizes of at least 4 and equal dims, are finite, and h is positive.
 */
export function maximumMeanDiscrepancy(x: Points, y: Points, options: DiscrepancyOptions = {}): Discrepancy {
  requireAlike(x, y);
  const n = x.size;
  const { bandwidth = medianDistance(x, y) } = options;
  if (n !== y.size || n < 4 || !(bandwidth > 0 && bandwidth < Infinity)) {
    throw new RangeError(
      `Cannot measure MMD: there are ${n} and ${y.size} points and the bandwidth is ${bandwidth}; expected equal sizes of at least 4, and a positive finite number`,
    );
  }
  const scale = -0.5 / (bandwidth * bandwidth);
  const rowsOf = (sample: Points): Float64Array[] =>
    Array.from({ length: n }, (_, b) => sample.data.subarray(b * x.dim, (b + 1) * x.dim));
  const [p, q] = [rowsOf(x), rowsOf(y)];
  const kernel = (a: Float64Array, b: Float64Array): number => Math.exp(scale * squaredDistance(a, b));
  const sums = new Float64Array(n);
  let squares = 0;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const h = kernel(p[i], p[j]) + kernel(q[i], q[j]) - kernel(p[i], q[j]) - kernel(p[j], q[i]);
      sums[i] += h;
      sums[j] += h;
      squares += h * h;
    }
  }
  const mmdSquared = sums.reduce((total, v) => total + v, 0) / (n * (n - 1));
  const ofRows = sums.reduce((total, v) => total + (v / (n - 1) - mmdSquared) ** 2, 0) / (n - 1);
  const ofPairs = squares / (0.5 * n * (n - 1)) - mmdSquared ** 2;
  // Var = 4ζ₁/n + 2ζ₂/n² to this order, and a mean of n − 1 pairs spreads by ζ₁ + ζ₂/n; never below the term of the pairs alone
  const variance = Math.max((4 * ofRows) / n - (2 * ofPairs) / (n * n), (2 * ofPairs) / (n * (n - 1)));
  return { mmdSquared, standardError: Math.sqrt(variance), bandwidth };
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] - b[d]) ** 2;
  return sum;
}

function requireAlike(x: Points, y: Points): void {
  if (x.dim !== y.dim || x.size + y.size < 2) {
    throw new RangeError(
      `Cannot compare samples by a kernel: they are [${x.size}, ${x.dim}] and [${y.size}, ${y.dim}]; expected equal dims, and points`,
    );
  }
  requireFinite(x, "x");
  requireFinite(y, "y");
}
