import { fork, normal, rademacher, uniform } from "../random/index.js";
import { requireNonNegative, type ToySet, toySet } from "./toy-set.js";

/** Parameters of `spirals`. */
export interface SpiralsParams {
  /** Angle at the outer end, in turns. */
  readonly turns: number;
  /** Uniform numbers of [0, jitter] are added to both coordinates of a spiral, before scaling and mirroring. */
  readonly jitter: number;
  /** Factor on the coordinates. */
  readonly scale: number;
  /** Standard deviation of the Gaussian noise, after scaling. */
  readonly noise: number;
}

/**
 * Two interleaved spirals ±(−θ cos θ, θ sin θ), θ = 2π·turns·√u so that points are even along the area, the spiral of
 * every point at random. Defaults of FFJORD's toy data, which takes both mirror images of every point.
 */
export const spirals: ToySet<SpiralsParams> = toySet<SpiralsParams>(
  "spirals",
  { turns: 1.5, jitter: 0.5, scale: 1 / 3, noise: 0.1 },
  (rng, n, { turns, jitter, scale, noise }) => {
    requireNonNegative("spirals", { turns, jitter, noise });
    const u = uniform(fork(rng, "angle"), new Float64Array(n));
    const shake = uniform(fork(rng, "jitter"), new Float64Array(2 * n));
    const side = rademacher(fork(rng, "side"), new Float64Array(n));
    const e = normal(fork(rng, "noise"), new Float64Array(2 * n));
    const out = new Float64Array(2 * n);
    for (let b = 0; b < n; b++) {
      const theta = 2 * Math.PI * turns * Math.sqrt(u[b]);
      out[2 * b] = scale * side[b] * (-theta * Math.cos(theta) + jitter * shake[2 * b]) + noise * e[2 * b];
      out[2 * b + 1] = scale * side[b] * (theta * Math.sin(theta) + jitter * shake[2 * b + 1]) + noise * e[2 * b + 1];
    }
    return out;
  },
);
