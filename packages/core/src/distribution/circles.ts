import { fork, normal, permutation, uniform } from "../random/index.js";
import { requireNonNegative, type ToySet, toySet } from "./toy-set.js";

/** Parameters of `circles`. */
export interface CirclesParams {
  /** Radius of the inner circle over that of the outer. */
  readonly factor: number;
  /** Standard deviation of the Gaussian noise, before scaling. */
  readonly noise: number;
  /** Factor on the coordinates: the radius of the outer circle. */
  readonly scale: number;
  /** false: ⌊n/2⌋ even angles on the outer circle, the rest on the inner; true: circle and angle at random. */
  readonly iid: boolean;
}

/** Two concentric circles, as scikit-learn draws them with the defaults of FFJORD's toy data. */
export const circles: ToySet<CirclesParams> = toySet<CirclesParams>(
  "circles",
  { factor: 0.5, noise: 0.08, scale: 3, iid: false },
  (rng, n, { factor, noise, scale, iid }) => {
    requireNonNegative("circles", { factor, noise });
    const outer = Math.floor(n / 2);
    const order = permutation(fork(rng, "order"), n);
    const angle = uniform(fork(rng, "angle"), new Float64Array(n));
    const circle = uniform(fork(rng, "circle"), new Float64Array(n));
    const e = normal(fork(rng, "noise"), new Float64Array(2 * n));
    const out = new Float64Array(2 * n);
    for (let b = 0; b < n; b++) {
      const i = order[b];
      const outside = iid ? circle[b] < 0.5 : i < outer;
      const turn = iid ? angle[b] : outside ? i / outer : (i - outer) / (n - outer);
      const radius = outside ? 1 : factor;
      out[2 * b] = scale * (radius * Math.cos(2 * Math.PI * turn) + noise * e[2 * b]);
      out[2 * b + 1] = scale * (radius * Math.sin(2 * Math.PI * turn) + noise * e[2 * b + 1]);
    }
    return out;
  },
);
