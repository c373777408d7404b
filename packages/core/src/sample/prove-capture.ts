import type { WeightedAtoms } from "../field/index.js";
import { type CaptureGaps, type CaptureProof, driftOf, holdsWithin, proofFromGaps } from "./capture.js";

/** Unit roundoff of float64. */
const U = Number.EPSILON / 2;

/**
 * The gaps between an atom and all others as seen from w at s, in float64 with their rounding errors allowed for. Atoms
 * without weight count for nothing. Cost N·D multiply-adds.
 */
export function captureGaps(
  { points: { data: z, size, dim: D }, logWeights }: WeightedAtoms,
  w: Float64Array,
  s: number,
  atom: number,
): CaptureGaps {
  const others = logWeights.reduce((count, log, j) => (j === atom || log === -Infinity ? count : count + 1), 0);
  const gap = new Float64Array(others);
  const distance = new Float64Array(others);
  const logRatio = new Float64Array(others);
  const gamma = ((D + 8) * U) / (1 - (D + 8) * U); // [Higham2002, §3.1]
  const home = z.subarray(atom * D, (atom + 1) * D);
  const reach = norm(w) + s * norm(home);
  let dMin = Infinity;
  for (let j = 0, at = 0; j < size; j++) {
    if (j === atom || logWeights[j] === -Infinity) continue;
    let [h, squared] = [0, 0];
    for (let d = 0, p = j * D; d < D; d++, p++) {
      const delta = home[d] - z[p];
      h += (w[d] - 0.5 * s * (home[d] + z[p])) * delta;
      squared += delta * delta;
    }
    const apart = Math.sqrt(squared) * (1 + gamma);
    // |w − s(z_i + z_j)/2| ≤ ‖w‖ + s‖z_i‖ + s·d_j/2 bounds what a coordinate is rounded from; every rounding is relative to that
    gap[at] = h - gamma * (reach + s * apart) * apart;
    distance[at] = apart;
    logRatio[at] = logWeights[j] - logWeights[atom] + 4 * U * (Math.abs(logWeights[j]) + Math.abs(logWeights[atom]));
    dMin = Math.min(dMin, apart * (1 - 3 * gamma));
    at++;
  }
  return { s, atom, gap, distance, logRatio, dMin };
}

/**
 * Proves that the exact trajectory through w at s ends at the given atom, and how far w may be off; undefined where the
 * inequality does not hold (yet). Eq. (M9)
 * @throws RangeError when the atom has no weight, or w, s or the index is not valid.
 */
export function proveCapture(atoms: WeightedAtoms, w: Float64Array, s: number, atom: number): CaptureProof | undefined {
  requireCapture(atoms, w, s, atom);
  return proofFromGaps(captureGaps(atoms, w, s, atom));
}

/**
 * Checks a proof from scratch in float64: whether the inequality holds at w with the radius it claims, and whether its
 * numbers are bounds. A proof whose own bounds were coarser than these still passes.
 * @throws RangeError as `proveCapture` does.
 */
export function verifyCapture(atoms: WeightedAtoms, w: Float64Array, proof: CaptureProof): boolean {
  const { atom, s, rho, dMin, radius } = proof;
  requireCapture(atoms, w, s, atom);
  const gaps = captureGaps(atoms, w, s, atom);
  if (gaps.gap.length === 0) return true;
  if (!(radius >= 0 && radius < Infinity && dMin > 0 && rho >= 0 && rho < dMin / 2)) return false;
  if (!(dMin <= gaps.dMin)) return false;
  for (let j = 0; j < gaps.gap.length; j++) if (!(gaps.gap[j] > radius * gaps.distance[j])) return false;
  if (!holdsWithin({ ...gaps, dMin }, radius)(radius)) return false;
  // a bound of the same number by other arithmetic may be this much smaller, and denormals have no relative accuracy
  return rho >= driftOf(gaps) * (1 - 1e-6) - 1e-290;
}

/** ‖v‖, no less. */
function norm(v: Float64Array): number {
  return Math.sqrt(v.reduce((sum, x) => sum + x * x, 0)) * (1 + (v.length + 4) * U);
}

function requireCapture({ points: { size, dim }, logWeights }: WeightedAtoms, w: Float64Array, s: number, atom: number): void {
  if (!(Number.isInteger(atom) && atom >= 0 && atom < size && logWeights[atom] > -Infinity)) {
    throw new RangeError(`Cannot prove a capture: the atom is ${atom}; expected one of ${size} atoms, with a positive weight`);
  }
  if (w.length !== dim || !w.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot prove a capture: w has ${w.length} numbers, the data have dim ${dim}; expected ${dim} finite numbers`,
    );
  }
  if (!(s >= 0 && s < Infinity))
    throw new RangeError(`Cannot prove a capture: s is ${s}; expected a finite number of at least 0`);
}
