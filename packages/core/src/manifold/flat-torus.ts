import { logSumExp } from "../points/index.js";
import { uniform } from "../random/index.js";
import { requireDimension } from "./dimension.js";
import type { Manifold } from "./manifold.js";
import { dot, identityFrame, normOf } from "./vectors.js";

const TURN = 2 * Math.PI;

/** The angle that differs from `a` by whole turns and lies in [−π, π). An angle of that range is not changed by rounding. */
export function wrapAngle(a: number): number {
  const wrapped = a - TURN * Math.floor((a + Math.PI) / TURN);
  return wrapped < Math.PI ? wrapped : -Math.PI; // a rounding below −π
}

/** The angle that differs from `a` by whole turns and lies in [0, 2π). */
export function wrapTurn(a: number): number {
  const wrapped = a - TURN * Math.floor(a / TURN);
  return wrapped < TURN ? wrapped : 0; // a rounding below 0
}

/**
 * log Σ_k N(a + 2πk; 0, s²): the wrapped normal density on the circle, at an angle a of [−π, π]. The terms left out lie
 * beyond 9s + π: each is below e^−40 of the largest.
 */
export function logWrappedNormalAngle(a: number, s: number): number {
  const reach = Math.ceil((9 * s + Math.PI) / TURN);
  const terms = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => -0.5 * ((a + TURN * (k - reach)) / s) ** 2);
  return logSumExp(terms) - 0.5 * Math.log(TURN * s * s);
}

/**
 * T^d = (R/2πZ)^d with the flat metric: d angles, written in [0, 2π) by `exp` and `projectPoint`; every real number is
 * accepted. v lies inside the cut locus when |v_i| < π for all i: a cell of side 2π. Of two shortest arcs `log` takes
 * the decreasing one, −π.
 * @throws RangeError unless d is a positive integer.
 */
export function flatTorus(dim: number): Manifold {
  requireDimension("a torus", dim, 1);
  const copy = (v: Float64Array, out: Float64Array): Float64Array => {
    out.set(v);
    return out;
  };
  return {
    name: `torus:${dim}`,
    ambient: dim,
    dim,
    exp(x, v, out) {
      for (let i = 0; i < dim; i++) out[i] = wrapTurn(x[i] + v[i]);
      return out;
    },
    log(x, y, out) {
      for (let i = 0; i < dim; i++) out[i] = wrapAngle(y[i] - x[i]);
      return out;
    },
    transport: (_x, _y, v, out) => copy(v, out),
    pull: (_x, _v, u, out) => copy(u, out),
    isRegular: () => true,
    projectPoint(x, out) {
      for (let i = 0; i < dim; i++) out[i] = wrapTurn(x[i]);
      return out;
    },
    projectTangent: (_x, v, out) => copy(v, out),
    inner: (_x, u, v) => dot(u, v),
    distance: (x, y) => normOf(dim, (i) => wrapAngle(y[i] - x[i])),
    frame: (_x, out) => identityFrame(dim, out),
    logVolume: (_x, v) => (v.every((a) => Math.abs(a) < Math.PI) ? 0 : -Infinity),
    misfit: (x) => (x.every(Number.isFinite) ? 0 : Infinity),
    uniform: {
      logVolume: dim * Math.log(TURN),
      sample: (rng, size) => uniform(rng, new Float64Array(size * dim)).map((u) => TURN * u),
    },
    logWrappedNormal: (v, s) => v.reduce((sum, a) => sum + logWrappedNormalAngle(a, s), 0),
  };
}
