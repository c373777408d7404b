/** Rows about their mean as floats, z_i = center + y_i + e_i, and how far they and what was lost reach. */
export interface CentredRows {
  /** N. */
  readonly size: number;
  /** D. */
  readonly dim: number;
  /** c = Σ π_i z_i, [D], float64. */
  readonly center: Float64Array;
  /** y_i, [N, D] row-major. */
  readonly stored: Float32Array;
  /** ‖y_i‖²/2 of the stored values, in float64, [N]. */
  readonly halfNorms: Float64Array;
  /** No less than max ‖z_i − c‖. */
  readonly radius: number;
  /** No less than max ‖e_i‖: what rounding to float32 lost. */
  readonly storageError: number;
}

/** Writes z_i − c of rows z, [N, D], as floats into `stored`, which may be the array of the rows itself. */
export function centreRows(
  data: Float64Array | Float32Array,
  dim: number,
  logWeights: Float64Array,
  stored: Float32Array,
): CentredRows {
  const size = logWeights.length;
  const center = meanOf(data, dim, logWeights);
  const halfNorms = new Float64Array(size);
  let [radius, lost] = [0, 0];
  for (let i = 0, at = 0; i < size; i++) {
    let [squared, missing] = [0, 0];
    for (let d = 0; d < dim; d++, at++) {
      const y = (data[at] ?? 0) - (center[d] ?? 0);
      stored[at] = y;
      const kept = stored[at] ?? 0;
      squared += kept * kept;
      missing += (y - kept) * (y - kept);
    }
    halfNorms[i] = squared / 2;
    radius = Math.max(radius, squared);
    lost = Math.max(lost, missing);
  }
  // sums of dim squares and the rounding of z − c: a few ulps each, enlarged for
  const enlarge = 1 + (dim + 8) * Number.EPSILON;
  const ulp = Number.EPSILON * (Math.sqrt(radius) + normOf(center));
  const storageError = Math.sqrt(lost) * enlarge + ulp;
  return { size, dim, center, stored, halfNorms, radius: Math.sqrt(radius) * enlarge + storageError, storageError };
}

/** Σ π_i z_i, [D]. */
function meanOf(data: Float64Array | Float32Array, dim: number, logWeights: Float64Array): Float64Array {
  const center = new Float64Array(dim);
  for (let i = 0, at = 0; i < logWeights.length; i++) {
    const weight = Math.exp(logWeights[i] ?? 0);
    for (let d = 0; d < dim; d++, at++) center[d] = (center[d] ?? 0) + weight * (data[at] ?? 0);
  }
  return center;
}

/** ‖v‖. */
function normOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
}
