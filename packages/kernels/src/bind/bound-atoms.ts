import { type Points, type WeightedAtoms, zeros } from "@fluxion/core";

/**
 * Atoms as float32 kernels read them: centred, z_i = center + y_i + e_i, with the stored y_i and the norm of what storage
 * lost. Centring changes no posterior: every logit moves by one common amount.
 */
export interface BoundAtoms {
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
  /** log π_i, [N]; −∞ for an atom without weight. */
  readonly logWeights: Float64Array;
  /** No less than max ‖z_i − c‖. */
  readonly radius: number;
  /** No less than max ‖e_i‖: what rounding to float32 lost. */
  readonly storageError: number;
  /** The atoms in float64, for exact scans and for rows that float32 cannot decide; absent where only float32 was kept. */
  readonly atoms?: WeightedAtoms;
}

/** Centres atoms at their mean and rounds them to float32, keeping account of what is lost. */
export function bindAtoms(atoms: WeightedAtoms): BoundAtoms {
  const { points, logWeights } = atoms;
  const { size, dim, data } = points;
  const center = meanOf(points, logWeights);
  const stored = new Float32Array(size * dim);
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
  return {
    size,
    dim,
    center,
    stored,
    halfNorms,
    logWeights,
    radius: Math.sqrt(radius) * enlarge + storageError,
    storageError,
    atoms,
  };
}

/** Σ π_i z_i, [D]. */
function meanOf({ data, size, dim }: Points, logWeights: Float64Array): Float64Array {
  const center = zeros(1, dim).data;
  for (let i = 0, at = 0; i < size; i++) {
    const weight = Math.exp(logWeights[i] ?? 0);
    for (let d = 0; d < dim; d++, at++) center[d] = (center[d] ?? 0) + weight * (data[at] ?? 0);
  }
  return center;
}

/** ‖v‖. */
function normOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
}
