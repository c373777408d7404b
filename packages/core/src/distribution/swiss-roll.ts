import { fork, normal, uniform } from "../random/index.js";
import { requireNonNegative, type ToySet, toySet } from "./toy-set.js";

/** Parameters of `swissRoll`. */
export interface SwissRollParams {
  /** Standard deviation of the Gaussian noise, before scaling. */
  readonly noise: number;
  /** Factor on the coordinates. */
  readonly scale: number;
}

/**
 * The spiral θ·(cos θ, sin θ), θ uniform on [1½π, 4½π], plus noise, times `scale`: the plane of scikit-learn's Swiss
 * roll with the defaults of FFJORD's toy data.
 */
export const swissRoll: ToySet<SwissRollParams> = toySet<SwissRollParams>(
  "swissRoll",
  { noise: 1, scale: 0.2 },
  (rng, n, { noise, scale }) => {
    requireNonNegative("swissRoll", { noise });
    const u = uniform(fork(rng, "angle"), new Float64Array(n));
    const e = normal(fork(rng, "noise"), new Float64Array(2 * n));
    const out = new Float64Array(2 * n);
    for (let b = 0; b < n; b++) {
      const theta = 1.5 * Math.PI * (1 + 2 * u[b]);
      out[2 * b] = scale * (theta * Math.cos(theta) + noise * e[2 * b]);
      out[2 * b + 1] = scale * (theta * Math.sin(theta) + noise * e[2 * b + 1]);
    }
    return out;
  },
);
