import type { Mixing } from "./kappa-schedule.js";
import type { TokenPosterior } from "./token-posterior.js";
import type { Tokens } from "./tokens.js";

/**
 * The right side of the Kolmogorov forward equation on all K^L states: Σ_y p(y) u(x, y) over the states y that differ from x in
 * one position, and y = x, into `out` [K^L]. It is the discrete divergence, −∇·(p u); rows that add up to 0 make it add up to 0.
 * Eq. (M4)
 * @param states `allTokens`.
 * @param density p, [K^L]. Where it is 0 the rates are not read.
 */
export function netInflow(states: Tokens, density: Float64Array, rates: Float64Array, out: Float64Array): Float64Array {
  const { size, length: L, vocabulary: K } = states;
  out.fill(0);
  for (let y = 0; y < size; y++) {
    if (density[y] === 0) continue;
    let stride = size;
    for (let l = 0; l < L; l++) {
      stride /= K;
      const token = states.data[y * L + l];
      for (let k = 0; k < K; k++) out[y + (k - token) * stride] += density[y] * rates[(y * L + l) * K + k];
    }
  }
  return out;
}

/**
 * ∂p_t(x)/∂κ in closed form, by the product rule over positions, into `out` [B]: Σ_i π_i Σ_l (δ_{z_i^l} − q)(x^l) Π_{m ≠ l} p_t(x^m|z_i).
 * It knows nothing of rates; times κ̇ it is the left side of the forward equation.
 */
export function densitySlope({ source, atoms }: TokenPosterior, x: Tokens, at: Mixing, out: Float64Array): Float64Array {
  const { z, weights } = atoms;
  const L = x.length;
  const q = source.probabilities;
  for (let b = 0; b < x.size; b++) {
    out[b] = 0;
    for (let i = 0; i < z.size; i++) {
      let value = 1; // Π over the positions so far, and its derivative
      let slope = 0;
      for (let l = 0; l < L; l++) {
        const token = x.data[b * L + l];
        const hit = z.data[i * L + l] === token ? 1 : 0;
        const factor = at.rest * q[token] + at.kappa * hit;
        slope = slope * factor + value * (hit - q[token]);
        value *= factor;
      }
      out[b] += weights[i] * slope;
    }
  }
  return out;
}
