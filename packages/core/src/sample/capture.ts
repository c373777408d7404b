/**
 * Capture: a checkable inequality after which an exact trajectory cannot but end at one atom. In the coordinates w = x/β,
 * s = α/β of Eq. (M9), for the atom z_i and every other atom z_j put
 *
 *     d_j = ‖z_i − z_j‖,   h_j = (w − s(z_i + z_j)/2)·(z_i − z_j),   u_j = (π_j/π_i) e^{−s h_j} = λ_j/λ_i,   c = min d_j/2.
 *
 * Captured is what has every h_j > 0 and Σ u_j(d_j − c) < c, which says ρ = Σ λ_j d_j < c. It keeps itself: ‖μ − z_i‖ ≤ ρ, so
 * dh_j/ds ≥ d_j(d_j/2 − ρ) > 0 while it holds; then s·h_j grows, every u_j falls, and the sum, whose coefficients are at least
 * c > 0, falls too. So w/s → z_i. A w′ within r of w has h_j′ ≥ h_j − r·d_j: the same inequality with these in place of h_j
 * captures a whole ball. [capture](docs/math/derivation.md#capture) asks a little more, Σ u_j d_j < c.
 */

/** What is known of all other atoms, seen from an atom and a point: bounds, so that rounded numbers prove as well as exact ones. */
export interface CaptureGaps {
  /** s ≥ 0. */
  readonly s: number;
  /** The atom that is to capture. */
  readonly atom: number;
  /** No more than h_j, one for every other atom. */
  readonly gap: Float64Array;
  /** No less than d_j. */
  readonly distance: Float64Array;
  /** No less than log π_j − log π_i. */
  readonly logRatio: Float64Array;
  /** No more than min d_j; ∞ where there is no other atom. */
  readonly dMin: number;
}

/** A proof that every exact trajectory that passes within `radius` of a point w at s ends at one atom. */
export interface CaptureProof {
  /** The index of the atom. */
  readonly atom: number;
  /** The signal-to-noise ratio α/β at which it holds. */
  readonly s: number;
  /** No less than ρ = Σ λ_j d_j ≥ ‖μ − z_i‖ at w. */
  readonly rho: number;
  /** No more than the distance to the nearest other atom; ∞ where there is none. */
  readonly dMin: number;
  /** Every w′ with ‖w′ − w‖ ≤ radius is captured too. */
  readonly radius: number;
}

/** Halvings of the interval in which the radius is sought: it is found to 1 part in 10⁴, from below. */
const HALVINGS = 14;
/** Weights below e^−60 of the captor enter as if they were e^−60: even 10⁹ of them are below 10⁻¹⁷. */
const FAR = 60;

/** The proof with the largest radius that the gaps allow, or undefined where they allow none. */
export function proofFromGaps(gaps: CaptureGaps): CaptureProof | undefined {
  const { s, atom, gap, distance, dMin } = gaps;
  if (gap.length === 0) return { atom, s, rho: 0, dMin: Infinity, radius: Infinity };
  let reach = Infinity; // min h_j/d_j: at this radius some h_j vanishes
  for (let j = 0; j < gap.length; j++) reach = Math.min(reach, gap[j] / distance[j]);
  reach *= 1 - 2 * Number.EPSILON;
  if (!(reach > 0 && dMin > 0)) return undefined;
  const held = holdsWithin(gaps, reach);
  if (!held(0)) return undefined;
  let [low, high] = [0, reach];
  for (let n = 0; n < HALVINGS; n++) {
    const middle = (low + high) / 2;
    if (held(middle)) low = middle;
    else high = middle;
  }
  return { atom, s, rho: driftOf(gaps), dMin, radius: low };
}

/** Whether the inequality holds with a radius below `most`; atoms that weigh nothing up to there are summed once. */
export function holdsWithin(gaps: CaptureGaps, most: number): (radius: number) => boolean {
  const { s, gap, distance, logRatio, dMin } = gaps;
  const c = dMin / 2;
  const near: number[] = [];
  let far = 0;
  for (let j = 0; j < gap.length; j++) {
    if (logRatio[j] - s * (gap[j] - most * distance[j]) > -FAR) near.push(j);
    else far += distance[j];
  }
  const rest = far * Math.exp(-FAR);
  const enlarge = 1 + (gap.length + 16) * Number.EPSILON; // rounding of the sum, of exp and of its argument's last bit
  return (radius) => {
    let sum = rest;
    for (const j of near) {
      const left = gap[j] - radius * distance[j];
      if (!(left > 0)) return false;
      sum += Math.exp(logRatio[j] - s * left * (1 - 4 * Number.EPSILON)) * (distance[j] - c);
    }
    return sum * enlarge < c;
  };
}

/** No less than ρ = Σ u_j d_j/(1 + Σ u_j), which increases in every u_j as long as it is below min d_j. */
export function driftOf({ s, gap, distance, logRatio }: CaptureGaps): number {
  let [moved, mass] = [0, 0];
  for (let j = 0; j < gap.length; j++) {
    const u = Math.exp(logRatio[j] - s * gap[j] * (1 - 4 * Number.EPSILON));
    mass += u;
    moved += u * distance[j];
  }
  return (moved / (1 + mass)) * (1 + (2 * gap.length + 16) * Number.EPSILON);
}
