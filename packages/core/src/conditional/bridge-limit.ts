import { type Points, zerosLike } from "../points/index.js";
import type { Pairs } from "./pairs.js";

/** The posterior means of both ends of a bridge in a limit, [B, D] each. */
export interface BridgeLimit {
  /** E[x0|x]. */
  readonly x0: Points;
  /** E[x1|x]. */
  readonly x1: Points;
}

/**
 * The limits of E[x0|x] and E[x1|x] at fixed x as t → 0 or t → 1, for pairs on lines in the noise σ²t(1 − t). There the path is
 * made of atoms and its field diverges off them, but these means, and E[x1 − x0|x] with them, are finite: only pairs that
 * begin (or end) in the atom nearest to x are left, and with Δ = x1 − x0 and r = x − atom they weigh π_i e^{±Δ_i·r/σ²}, which is
 * what remains of −‖r ∓ tΔ‖²/(2σ²t) when ‖r‖² is the same for all. At t = 1 the exponent is −Δ_i·r/σ². Eq. (M5)
 * @throws RangeError unless σ is positive and finite, and dims agree.
 */
export function bridgeLimit({ x0, x1, logWeights }: Pairs, sigma: number, end: 0 | 1, x: Points): BridgeLimit {
  if (!(sigma > 0 && sigma < Infinity)) {
    throw new RangeError(`Cannot take the limit of a bridge: σ is ${sigma}; expected a positive finite number`);
  }
  if (x.dim !== x0.dim) {
    throw new RangeError(
      `Cannot take the limit of a bridge: x has dim ${x.dim}, the pairs have dim ${x0.dim}; expected equal dims`,
    );
  }
  const D = x.dim;
  const ends = end === 0 ? x0 : x1;
  const sign = end === 0 ? 1 : -1;
  const out = { x0: zerosLike(x), x1: zerosLike(x) };
  const [squared, logits] = [new Float64Array(x0.size), new Float64Array(x0.size)];
  for (let b = 0; b < x.size; b++) {
    for (let i = 0; i < x0.size; i++) {
      let [gap, along] = [0, 0];
      for (let d = 0, at = i * D; d < D; d++, at++) {
        const r = x.data[b * D + d] - ends.data[at];
        gap += r * r;
        along += r * (x1.data[at] - x0.data[at]);
      }
      squared[i] = gap;
      logits[i] = logWeights[i] + (sign * along) / (sigma * sigma);
    }
    const least = squared.reduce((low, v) => Math.min(low, v), Infinity);
    const top = logits.reduce((high, v, i) => (squared[i] === least ? Math.max(high, v) : high), -Infinity);
    const weights = logits.map((v, i) => (squared[i] === least ? Math.exp(v - top) : 0));
    const mass = weights.reduce((sum, w) => sum + w, 0);
    for (let i = 0; i < x0.size; i++) {
      for (let d = 0; d < D; d++) {
        out.x0.data[b * D + d] += (weights[i] / mass) * x0.data[i * D + d];
        out.x1.data[b * D + d] += (weights[i] / mass) * x1.data[i * D + d];
      }
    }
  }
  return out;
}
