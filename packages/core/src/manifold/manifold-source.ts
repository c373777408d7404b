import { type Points, points, row, zeros } from "../points/index.js";
import { fork, normal, type Rng } from "../random/index.js";
import type { Manifold } from "./manifold.js";
import { requireOnManifold } from "./on-manifold.js";
import { endsOf, interleave, productManifold } from "./product-manifold.js";

/** p_init on a manifold. */
export interface ManifoldSource {
  readonly manifold: Manifold;
  /** Whether the density is the same everywhere: then it is not asked where x₀ is. */
  readonly constant: boolean;
  /** `size` independent draws; draw b does not depend on `size`. */
  sample(rng: Rng, size: number): Points;
  /** log p_init(x), nats, with respect to the Riemannian volume. */
  logDensity(x: Float64Array): number;
}

/** The uniform law, log p = −log vol. @throws RangeError where the volume is infinite. */
export function uniformSource(manifold: Manifold): ManifoldSource {
  const { uniform, ambient, name } = manifold;
  if (uniform === undefined) {
    throw new RangeError(`Cannot make a uniform source: the volume of ${name} is infinite; expected a compact manifold`);
  }
  return {
    manifold,
    constant: true,
    sample: (rng, size) => points(uniform.sample(rng, size), ambient),
    logDensity: () => -uniform.logVolume,
  };
}

/** Options of `wrappedNormal`. */
export interface WrappedNormalOptions {
  /** Where the tangent space is attached, [D]. */
  readonly mean: ArrayLike<number>;
  /** s, the standard deviation in every direction of the tangent space. @defaultValue 1 */
  readonly deviation?: number;
}

/**
 * The wrapped normal law: exp_m(ξ) with ξ ~ N(0, s²I) in the tangent space at m [Nagano2019]. Its density sums over all
 * ξ that lead to a point: one in R^d and H^d, ξ + 2πk on a torus, all windings of a great circle on spheres and rotations, where it
 * is infinite at the antipode of m, a single point, with a weight that is negligible for s well below 1.
 * @throws RangeError when m is no point or s is not positive and finite.
 */
export function wrappedNormal(manifold: Manifold, { mean, deviation: s = 1 }: WrappedNormalOptions): ManifoldSource {
  const { ambient: D, dim } = manifold;
  if (!(s > 0 && s < Infinity)) {
    throw new RangeError(`Cannot make a wrapped normal source: the deviation is ${s}; expected a positive finite number`);
  }
  const m = Float64Array.from(mean);
  requireOnManifold(manifold, { data: m, size: 1, dim: m.length }, "the mean of the source");
  const frame = manifold.frame(m, new Float64Array(dim * D));
  const v = new Float64Array(D);
  return {
    manifold,
    constant: false,
    sample(rng, size) {
      const xi = normal(rng, new Float64Array(size * dim));
      const x = zeros(size, D);
      for (let b = 0; b < size; b++) {
        v.fill(0);
        for (let k = 0; k < dim; k++) for (let i = 0; i < D; i++) v[i] += s * xi[b * dim + k] * frame[k * D + i];
        manifold.exp(m, v, row(x, b));
      }
      return x;
    },
    logDensity: (x) => manifold.logWrappedNormal(manifold.log(m, x, v), s),
  };
}

/** Independent sources on the factors of a product, in the order of the factors. @throws RangeError when there is none. */
export function productSource(...sources: readonly ManifoldSource[]): ManifoldSource {
  const manifold = productManifold(...sources.map((source) => source.manifold));
  const D = manifold.ambient;
  const ends = endsOf(sources.map((source) => source.manifold));
  const parts = sources.map((source, k) => ({ source, from: ends[k] - source.manifold.ambient, to: ends[k] }));
  return {
    manifold,
    constant: sources.every((source) => source.constant),
    sample(rng, size) {
      const x = zeros(size, D);
      parts.forEach(({ source, from }, k) => {
        interleave(source.sample(fork(rng, "factor", k), size).data, x.data, { ambient: source.manifold.ambient, from, D });
      });
      return x;
    },
    logDensity: (x) => parts.reduce((sum, { source, from, to }) => sum + source.logDensity(x.subarray(from, to)), 0),
  };
}
