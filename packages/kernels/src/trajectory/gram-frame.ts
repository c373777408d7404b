import { type CentredAtoms, normalise } from "./direct-frame.js";
import type { Frame } from "./frame.js";

/**
 * The dual form: m = Σ c_i y_i with dc/ds = λ, so that m·y_i = (Gc)_i with the matrix G of all dot products, [N, N]. N²
 * multiply-adds an evaluation whatever D is, and the data are not needed; c sums to s, and c/s says what the trajectory is made of.
 */
export function gramFrame({ halfNorms, logWeights, size: N }: CentredAtoms, gram: Float64Array, noise: Float64Array): Frame {
  const product = (c: Float64Array, i: number): number => {
    let dot = 0;
    for (let j = 0, p = i * N; j < N; j++, p++) dot += (gram[p] as number) * (c[j] as number);
    return dot;
  };
  return {
    width: N,
    evaluate({ rows, s, state, out, peak, leader }) {
      for (const r of rows) {
        const c = state.subarray(r * N, (r + 1) * N);
        const weights = out.subarray(r * N, (r + 1) * N);
        const at = s[r] as number;
        for (let i = 0; i < N; i++) {
          weights[i] =
            at * (product(c, i) + (noise[r * N + i] as number)) - at * at * (halfNorms[i] as number) + (logWeights[i] as number);
        }
        [leader[r], peak[r]] = normalise(weights);
      }
    },
    norm(c) {
      let squared = 0;
      for (let i = 0; i < N; i++) if (c[i] !== 0) squared += (c[i] as number) * product(c, i);
      return Math.sqrt(Math.max(squared, 0)); // rounding may take a sum of squares below zero, by 10⁻¹⁶ of its terms
    },
  };
}
