import { requireDimension } from "./dimension.js";
import type { Manifold } from "./manifold.js";
import { formCarry, formExp, formLogVolume, formTangent, lengthIn, type SpaceForm } from "./space-form.js";

/** −u₀v₀ + Σ_{i ≥ 1} u_i v_i, the Minkowski product. */
function minkowski(u: Float64Array, v: Float64Array): number {
  let sum = -u[0] * v[0];
  for (let i = 1; i < u.length; i++) sum += u[i] * v[i];
  return sum;
}

/** y − x for points of the hyperboloid; y₀ − x₀ from the other coordinates, which keeps its digits where points are close. */
function difference(x: Float64Array, y: Float64Array, out: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 1; i < x.length; i++) {
    out[i] = y[i] - x[i];
    sum += out[i] * (x[i] + y[i]);
  }
  out[0] = sum / (x[0] + y[0]);
  return out;
}

/** x₀ from the other coordinates. */
function onSheet(x: Float64Array, out: Float64Array): Float64Array {
  let square = 1;
  for (let i = 1; i < out.length; i++) {
    out[i] = x[i];
    square += x[i] * x[i];
  }
  out[0] = Math.sqrt(square);
  return out;
}

/**
 * H^d, hyperbolic space of curvature −1, as the upper sheet of the hyperboloid −x₀² + x₁² + … + x_d² = −1. No two geodesics
 * from a point meet again: every vector lies inside the cut locus. A point at distance r from (1, 0, …, 0) has coordinates of
 * size cosh r, so that distances far out carry an error of about ε·cosh² r relative to them: work near that point, r ≤ 8.
 * @throws RangeError unless d is a positive integer.
 */
export function hyperbolic(dim: number): Manifold {
  requireDimension("hyperbolic space", dim, 1);
  const D = dim + 1;
  const form: SpaceForm = {
    dim,
    sign: -1,
    inner: minkowski,
    c: Math.cosh,
    s: Math.sinh,
    logStretch: (r) => (r < 1 ? Math.log(Math.sinh(r) / r) : r + Math.log1p(-Math.exp(-2 * r)) - Math.log(2 * r)),
  };
  const log = (x: Float64Array, y: Float64Array, out: Float64Array): Float64Array => {
    formTangent(form, x, difference(x, y, out), out);
    const sine = lengthIn(form, out);
    const scale = sine > 0 ? Math.asinh(sine) / sine : 0;
    for (let i = 0; i < D; i++) out[i] *= scale;
    return out;
  };
  return {
    name: `hyperbolic:${dim}`,
    ambient: D,
    dim,
    exp: (x, v, out) => formExp(form, [x, v], out, onSheet),
    log,
    transport(x, y, v, out) {
      const direction = log(x, y, new Float64Array(D));
      return formCarry(form, { x, v: direction, back: false }, { w: v, stretch: () => 1 }, out);
    },
    pull: (x, v, u, out) => formCarry(form, { x, v, back: true }, { w: u, stretch: (r) => r / Math.sinh(r) }, out),
    isRegular: () => true,
    projectPoint: onSheet,
    projectTangent: (x, v, out) => formTangent(form, x, v, out),
    inner: (_x, u, v) => minkowski(u, v),
    distance: (x, y) => 2 * Math.asinh(0.5 * lengthIn(form, difference(x, y, new Float64Array(D)))),
    frame(x, out) {
      // e_k carried from (1, 0, …, 0) to x along the geodesic: e_k + (x_k/(1 + x₀))·(x + e₀)
      for (let k = 1; k < D; k++) {
        const row = out.subarray((k - 1) * D, k * D);
        const along = x[k] / (1 + x[0]);
        for (let i = 0; i < D; i++) row[i] = along * (x[i] + (i === 0 ? 1 : 0)) + (i === k ? 1 : 0);
      }
      return out;
    },
    logVolume: (_x, v) => formLogVolume(form, lengthIn(form, v)),
    misfit: (x) => (x[0] > 0 ? Math.abs(minkowski(x, x) + 1) / (x[0] * x[0]) : Infinity),
    logWrappedNormal(v, s) {
      const r = lengthIn(form, v);
      return -0.5 * ((r * r) / (s * s) + dim * Math.log(2 * Math.PI * s * s)) - formLogVolume(form, r);
    },
  };
}
