import type { Frame } from "./frame.js";
import { euclidean } from "./row.js";

/** Centred atoms in float64. */
export interface CentredAtoms {
  /** y_i = z_i − c, [N, D]. */
  readonly y: Float64Array;
  /** ‖y_i‖²/2, [N]. */
  readonly halfNorms: Float64Array;
  /** log π_i, [N]. */
  readonly logWeights: Float64Array;
  readonly size: number;
  readonly dim: number;
}

/** Weights below e^−100 of the largest are dropped, as in the reference scan. */
const NEGLIGIBLE = -100;

/**
 * All of R^D, over all atoms: ℓ_i = s(q_i + m·y_i) − s²‖y_i‖²/2 + log π_i with the dot products q_i = w_0·y_i of the noise
 * formed once. Float64, N·D multiply-adds for the logits and as many for the mean of the atoms that have a weight.
 */
export function directFrame({ y, halfNorms, logWeights, size: N, dim: D }: CentredAtoms, noise: Float64Array): Frame {
  const weights = new Float64Array(N);
  return {
    width: D,
    evaluate({ rows, s, state, out, peak, leader }) {
      for (const r of rows) {
        const m = state.subarray(r * D, (r + 1) * D);
        const at = s[r] as number;
        for (let i = 0, p = 0; i < N; i++) {
          let dot = 0;
          for (let d = 0; d < D; d++, p++) dot += (m[d] as number) * (y[p] as number);
          weights[i] = at * (dot + (noise[r * N + i] as number)) - at * at * (halfNorms[i] as number) + (logWeights[i] as number);
        }
        [leader[r], peak[r]] = normalise(weights);
        meanOf(y, weights, out.subarray(r * D, (r + 1) * D));
      }
    },
    norm: euclidean,
  };
}

/** Turns logits into weights that sum to one, in place; returns the index of the largest and its weight. */
export function normalise(logits: Float64Array): [leader: number, peak: number] {
  let leader = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[leader] as number)) leader = i;
  const top = logits[leader] as number;
  let mass = 0;
  for (let i = 0; i < logits.length; i++) {
    const logit = (logits[i] as number) - top;
    logits[i] = logit > NEGLIGIBLE ? Math.exp(logit) : 0;
    mass += logits[i] as number;
  }
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] as number) / mass;
  return [leader, 1 / mass];
}

/** out = Σ λ_i y_i. */
function meanOf(y: Float64Array, weights: Float64Array, out: Float64Array): void {
  out.fill(0);
  const D = out.length;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i] as number;
    if (w === 0) continue;
    for (let d = 0, p = i * D; d < D; d++, p++) out[d] = (out[d] as number) + w * (y[p] as number);
  }
}

/** a·bᵀ of rows, [B, N], in float64. */
export function productsOf(a: Float64Array, b: Float64Array, dim: number): Float64Array {
  const [B, N] = [a.length / dim, b.length / dim];
  const out = new Float64Array(B * N);
  for (let r = 0; r < B; r++) {
    for (let i = 0, p = 0; i < N; i++) {
      let dot = 0;
      for (let d = 0, at = r * dim; d < dim; d++, p++, at++) dot += (a[at] as number) * (b[p] as number);
      out[r * N + i] = dot;
    }
  }
  return out;
}
