import { requireDimension } from "./dimension.js";
import type { Manifold } from "./manifold.js";
import { dot, identityFrame, normOf } from "./vectors.js";

/** R^d with its flat metric: exp_x(v) = x + v. Flow matching on it is flow matching on vectors. @throws RangeError unless d is a positive integer. */
export function euclidean(dim: number): Manifold {
  requireDimension("Euclidean space", dim, 1);
  const copy = (v: Float64Array, out: Float64Array): Float64Array => {
    out.set(v);
    return out;
  };
  return {
    name: `euclidean:${dim}`,
    ambient: dim,
    dim,
    exp(x, v, out) {
      for (let i = 0; i < dim; i++) out[i] = x[i] + v[i];
      return out;
    },
    log(x, y, out) {
      for (let i = 0; i < dim; i++) out[i] = y[i] - x[i];
      return out;
    },
    transport: (_x, _y, v, out) => copy(v, out),
    pull: (_x, _v, u, out) => copy(u, out),
    isRegular: () => true,
    projectPoint: copy,
    projectTangent: (_x, v, out) => copy(v, out),
    inner: (_x, u, v) => dot(u, v),
    distance: (x, y) => normOf(x.length, (i) => x[i] - y[i]),
    frame: (_x, out) => identityFrame(dim, out),
    logVolume: () => 0,
    misfit: (x) => (x.every(Number.isFinite) ? 0 : Infinity),
    logWrappedNormal: (v, s) => -0.5 * (dot(v, v) / (s * s) + dim * Math.log(2 * Math.PI * s * s)),
  };
}
