import { fork, rademacher, uniform } from "../random/index.js";
import { type ToySet, toySet } from "./toy-set.js";

/** Parameters of `checkerboard`. */
export interface CheckerboardParams {
  /** Side of a square. */
  readonly scale: number;
}

/**
 * Uniform on eight of the sixteen squares of [−2, 2]², times `scale` (1/0.45, as in flow_matching's notebooks):
 * x₁ ∈ (−2, 2), and x₂ in (0, 1) or (−2, −1), one higher where ⌊x₁⌋ is odd. Its entropy is log 8 + 2 log scale,
 * 3.676 nats by default: the negative log-likelihood of a perfect model.
 */
export const checkerboard: ToySet<CheckerboardParams> = toySet<CheckerboardParams>(
  "checkerboard",
  { scale: 1 / 0.45 },
  (rng, n, { scale }) => {
    const across = uniform(fork(rng, "across"), new Float64Array(n));
    const up = uniform(fork(rng, "up"), new Float64Array(n));
    const half = rademacher(fork(rng, "half"), new Float64Array(n));
    const out = new Float64Array(2 * n);
    for (let b = 0; b < n; b++) {
      const x = 4 * across[b] - 2;
      out[2 * b] = scale * x;
      out[2 * b + 1] = scale * (up[b] - (half[b] > 0 ? 2 : 0) + Math.abs(Math.floor(x) % 2));
    }
    return out;
  },
);
