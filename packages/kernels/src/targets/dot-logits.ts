/**
 * Logits from dot products. With y = z − c, s = α/√v and w = s·y_j + ε, up to a term common to all n, Eq. (M9)
 *
 *     ℓ_n = s·w·y_n − s²‖y_n‖²/2 + log π_n = s·E_n + s²(G_n − ‖y_n‖²/2) + log π_n,     E_n = ε·y_n, G_n = y_j·y_n
 *
 * On a grid the rows E of the noises and G of the atoms serve every time, and −ε is −E: (J + B)·N·D products and J·B·T·N sums
 * instead of J·B·T·N·D. Aligned points have one row w·y each.
 */
import { gamma, outward, type Points, unitRoundoff } from "@fluxion/core";
import { centredRows, type TargetAtoms } from "./target-atoms.js";
import type { TargetPlace, TargetPlan } from "./target-plan.js";

/** Logits of the points of a plan, a tile at a time. */
export interface DotLogits {
  /** Makes ready what the points from, …, to − 1 need. */
  prepare(from: number, to: number): Promise<void>;
  /** ℓ_n of point p, up to a common term, into `out` [N]. */
  fill(p: number, out: Float64Array): void;
  /** Multiply-adds of the products so far. */
  products(): number;
}

/** The logits of a plan. */
export async function dotLogits(bound: TargetAtoms, plan: TargetPlan, places: readonly TargetPlace[]): Promise<DotLogits> {
  return plan.kind === "grid" ? gridLogits(bound, plan, places) : alignedLogits(bound, plan, places);
}

async function gridLogits(bound: TargetAtoms, { rows, noise }: TargetPlan, places: readonly TargetPlace[]): Promise<DotLogits> {
  const { products, halfNorms, atoms } = bound;
  const { size: N, dim: D } = atoms.points;
  const distinct = [...new Set(Array.from(rows))];
  const dots = new Float64Array((distinct.length + noise.size) * N);
  const G = dots.subarray(0, distinct.length * N);
  const E = dots.subarray(G.length);
  await products.multiply(centredRows(bound, distinct), G);
  await products.multiply(noise, E);
  const base = new Float64Array(N); // s²(G − ‖y‖²/2) + log π of the last (t, j)
  const spare = new Map(distinct.map((row, k) => [row, k]));
  let held: { readonly snr: number; readonly row: number } | undefined;
  return {
    async prepare() {},
    products: () => (distinct.length + noise.size) * N * D,
    fill(p, out) {
      const { snr, row, noise: b, sign } = places[p] as TargetPlace;
      if (held?.snr !== snr || held.row !== row) {
        const from = (spare.get(row) ?? 0) * N;
        for (let n = 0; n < N; n++) {
          base[n] = snr * snr * ((G[from + n] as number) - (halfNorms[n] as number)) + (atoms.logWeights[n] as number);
        }
        held = { snr, row };
      }
      const scale = sign * snr;
      for (let n = 0, at = b * N; n < N; n++, at++) out[n] = (base[n] as number) + scale * (E[at] as number);
    },
  };
}

async function alignedLogits(bound: TargetAtoms, { noise }: TargetPlan, places: readonly TargetPlace[]): Promise<DotLogits> {
  const { products, halfNorms, atoms } = bound;
  const { size: N, dim: D } = atoms.points;
  let dots = new Float64Array(0);
  let [first, done] = [0, 0];
  return {
    async prepare(from, to) {
      const some = places.slice(from, to);
      const w = centredRows(
        bound,
        some.map(({ row }) => row),
      );
      some.forEach(({ snr, noise: b }, k) => {
        for (let d = 0; d < D; d++) w.data[k * D + d] = snr * (w.data[k * D + d] as number) + (noise.data[b * D + d] as number);
      });
      if (dots.length < some.length * N) dots = new Float64Array(some.length * N);
      await products.multiply(w, dots.subarray(0, some.length * N));
      first = from;
      done += some.length * N * D;
    },
    products: () => done,
    fill(p, out) {
      const { snr } = places[p] as TargetPlace;
      for (let n = 0, at = (p - first) * N; n < N; n++, at++) {
        out[n] = snr * (dots[at] as number) - snr * snr * (halfNorms[n] as number) + (atoms.logWeights[n] as number);
      }
    },
  };
}

const U = unitRoundoff.float64;

/**
 * δ with |ℓ̂_n − ℓ_n − c| ≤ δ for all n, x = αz_j + √v·ε in exact arithmetic. With R ≥ ‖y_n‖ and e = ‖ε‖ the terms are at most
 * s·e·R, s²‖y_j‖R and s²R²/2 in absolute value. A dot product is off by c·‖a‖‖b‖, and each term meets a few roundings besides:
 * of s, of s², of w, of y (which is z − c rounded), of the sums.
 */
export function dotLogitError(
  { products, radius, atoms, largestLog }: TargetAtoms,
  place: TargetPlace,
  noise: Points,
  own: number,
): number {
  const { dim: D } = atoms.points;
  const { snr: s } = place;
  let squared = 0;
  for (let d = 0, at = place.noise * D; d < D; d++, at++) squared += (noise.data[at] as number) ** 2;
  const e = outward(Math.sqrt(squared) * (1 + gamma(D + 2)));
  const few = gamma(16);
  const terms = s * radius * (e * (products.factor + few) + s * own * (products.factor + few));
  const norms = s * s * radius * (radius / 2) * (gamma(D + 8) + few);
  const size = s * radius * (e + s * (own + radius / 2));
  return outward(terms + norms + 4 * U * (size + largestLog));
}
