import { fork, normal, permutation, type Rng, uniform } from "../random/index.js";
import { requireNonNegative, type ToySet, toySet } from "./toy-set.js";

/** Parameters of `moons` and `diagonalMoons`. */
export interface MoonsParams {
  /** Size of the noise: see each set. */
  readonly noise: number;
  /** Factor on the coordinates, noise included. */
  readonly scale: number;
  /** Added to both coordinates at the end. */
  readonly shift: number;
  /**
   * false: ⌊n/2⌋ angles evenly on the upper moon and the rest on the lower, ends included, as the libraries have it.
   * true: moon and angle of every point at random, as a perfect generator has it; the two differ in W2.
   */
  readonly iid: boolean;
}

/**
 * The two half circles without noise, [n, 2]: (cos θ, sin θ) above and (1 − cos θ, ½ − sin θ) below, θ ∈ [0, π].
 */
function arcs(rng: Rng, n: number, iid: boolean): Float64Array {
  const upper = Math.floor(n / 2);
  const order = iid ? undefined : permutation(fork(rng, "order"), n);
  const angle = uniform(fork(rng, "angle"), new Float64Array(iid ? n : 0));
  const moon = uniform(fork(rng, "moon"), new Float64Array(iid ? n : 0));
  const out = new Float64Array(2 * n);
  for (let b = 0; b < n; b++) {
    const i = order === undefined ? b : order[b];
    const above = order === undefined ? moon[b] < 0.5 : i < upper;
    const [step, steps] = i < upper ? [i, upper - 1] : [i - upper, n - upper - 1];
    const theta = Math.PI * (order === undefined ? angle[b] : step / Math.max(steps, 1));
    out[2 * b] = above ? Math.cos(theta) : 1 - Math.cos(theta);
    out[2 * b + 1] = above ? Math.sin(theta) : 0.5 - Math.sin(theta);
  }
  return out;
}

function place(x: Float64Array, { scale, shift }: MoonsParams): Float64Array {
  return x.map((v) => v * scale + shift);
}

/** Two moons with Gaussian noise of standard deviation `noise` (0.1), as scikit-learn draws them. */
export const moons: ToySet<MoonsParams> = toySet<MoonsParams>(
  "moons",
  { noise: 0.1, scale: 1, shift: 0, iid: false },
  (rng, n, params) => {
    requireNonNegative("moons", { noise: params.noise });
    const e = normal(fork(rng, "noise"), new Float64Array(2 * n));
    return place(
      arcs(rng, n, params.iid).map((v, at) => v + params.noise * e[at]),
      params,
    );
  },
);

/**
 * Two moons as torchdyn draws them, hence the data of torchcfm and of every number published with it: ONE uniform number
 * of [0, noise] (0.2) is added to both coordinates, which moves a point along the diagonal only; then 3x − 1.
 */
export const diagonalMoons: ToySet<MoonsParams> = toySet<MoonsParams>(
  "diagonalMoons",
  { noise: 0.2, scale: 3, shift: -1, iid: false },
  (rng, n, params) => {
    requireNonNegative("diagonalMoons", { noise: params.noise });
    const u = uniform(fork(rng, "noise"), new Float64Array(n));
    return place(
      arcs(rng, n, params.iid).map((v, at) => v + params.noise * u[at >> 1]),
      params,
    );
  },
);
