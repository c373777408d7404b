import type { WeightedAtoms } from "@fluxion/core";
import { type CentredRows, centreRows } from "./centre-rows.js";

/**
 * Atoms as float32 kernels read them: centred, z_i = center + y_i + e_i, with the stored y_i and the norm of what storage
 * lost. Centring changes no posterior: every logit moves by one common amount.
 */
export interface BoundAtoms extends CentredRows {
  /** log π_i, [N]; −∞ for an atom without weight. */
  readonly logWeights: Float64Array;
  /** The atoms in float64, for exact scans and for rows that float32 cannot decide; absent where only float32 was kept. */
  readonly atoms?: WeightedAtoms;
}

/** Centres atoms at their mean and rounds them to float32, keeping account of what is lost. */
export function bindAtoms(atoms: WeightedAtoms): BoundAtoms {
  const { points, logWeights } = atoms;
  const stored = new Float32Array(points.data.length);
  return { ...centreRows(points.data, points.dim, logWeights, stored), logWeights, atoms };
}
