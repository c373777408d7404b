import { normal, type Rng } from "../random/index.js";
import { requireDimension } from "./dimension.js";
import type { Manifold } from "./manifold.js";
import { formCarry, formExp, formLogVolume, formTangent, lengthIn, logWindings, type SpaceForm } from "./space-form.js";
import { dot, normOf } from "./vectors.js";

/** log Γ(n/2) for an integer n ≥ 1, by Γ(m + 1) = mΓ(m) from Γ(1) = 1 or Γ(½) = √π. */
function logGammaOfHalf(n: number): number {
  let sum = n % 2 === 0 ? 0 : 0.5 * Math.log(Math.PI);
  for (let m = n % 2 === 0 ? 1 : 0.5; m < n / 2; m++) sum += Math.log(m);
  return sum;
}

/** x/‖x‖. @throws RangeError at the origin, and where a coordinate is not finite. */
function normalise(x: Float64Array, out: Float64Array): Float64Array {
  const norm = normOf(x.length, (i) => x[i]);
  if (!(norm > 0 && norm < Infinity)) {
    throw new RangeError(`Cannot project onto the sphere: the norm is ${norm}; expected a finite vector other than 0`);
  }
  for (let i = 0; i < out.length; i++) out[i] = x[i] / norm;
  return out;
}

/**
 * An orthonormal basis of x^⊥: rows 1…d of the Householder reflection that takes the first axis to ±x, whose sign makes it
 * stable. [d, d + 1]
 */
function householderFrame(x: Float64Array, out: Float64Array): Float64Array {
  const D = x.length;
  const side = x[0] < 0 ? -1 : 1;
  const scale = 1 / (1 + side * x[0]); // 2/‖w‖² with w = e₀ + side·x
  for (let k = 1; k < D; k++) {
    const row = out.subarray((k - 1) * D, k * D);
    const along = scale * side * x[k];
    for (let i = 0; i < D; i++) row[i] = -along * ((i === 0 ? 1 : 0) + side * x[i]) + (i === k ? 1 : 0);
  }
  return out;
}

/**
 * S^d, the unit sphere of R^(d+1), d ≥ 1. Its cut locus is the antipode: v lies inside when ‖v‖ < π. From x to its antipode
 * all directions are shortest; `log` takes the first one of `frame`. Distances are 2·atan2(‖x − y‖, ‖x + y‖), accurate to
 * rounding for points close together, and for antipodes, where the arc cosine loses half of the digits.
 * @throws RangeError unless d is a positive integer.
 */
export function sphere(dim: number): Manifold {
  requireDimension("a sphere", dim, 1);
  const D = dim + 1;
  const form: SpaceForm = {
    dim,
    sign: 1,
    inner: dot,
    c: Math.cos,
    s: Math.sin,
    logStretch: (r) => Math.log(Math.sin(r) / r),
  };
  const log = (x: Float64Array, y: Float64Array, out: Float64Array): Float64Array => sphereLog(form, [x, y], out);
  return {
    name: `sphere:${dim}`,
    ambient: D,
    dim,
    exp: (x, v, out) => formExp(form, [x, v], out, normalise),
    log,
    transport(x, y, v, out) {
      const direction = log(x, y, new Float64Array(D));
      return formCarry(form, { x, v: direction, back: false }, { w: v, stretch: () => 1 }, out);
    },
    pull: (x, v, u, out) => formCarry(form, { x, v, back: true }, { w: u, stretch: unfocus }, out),
    isRegular: (v) => lengthIn(form, v) < Math.PI,
    projectPoint: normalise,
    projectTangent: (x, v, out) => formTangent(form, x, v, out),
    inner: (_x, u, v) => dot(u, v),
    distance: sphereDistance,
    frame: householderFrame,
    logVolume(_x, v) {
      const r = lengthIn(form, v);
      return r < Math.PI ? formLogVolume(form, r) : -Infinity;
    },
    misfit: (x) => Math.abs(normOf(D, (i) => x[i]) - 1),
    uniform: {
      logVolume: Math.log(2) + 0.5 * D * Math.log(Math.PI) - logGammaOfHalf(D),
      sample: (rng, size) => unitVectors(rng, size, D),
    },
    logWrappedNormal(v, s) {
      const r = lengthIn(form, v);
      return logWindings({ dim, period: 2 * Math.PI, focus: Math.sin(Math.min(r, Math.PI)) }, r, s);
    },
  };
}

/** r/sin r, which undoes what focusing does to vectors across a geodesic. @throws RangeError unless r < π. */
function unfocus(r: number): number {
  if (r < Math.PI) return r / Math.sin(r);
  throw new RangeError(`Cannot use normal coordinates on a sphere at radius ${r}; expected less than π: take shorter steps`);
}

/** `size` independent uniform unit vectors of R^D: normal draws divided by their norms. */
export function unitVectors(rng: Rng, size: number, D: number): Float64Array {
  const draws = normal(rng, new Float64Array(size * D));
  for (let b = 0; b < size; b++) {
    const x = draws.subarray(b * D, (b + 1) * D);
    normalise(x, x);
  }
  return draws;
}

/** 2·atan2(‖x − y‖, ‖x + y‖), the angle between unit vectors [Kahan2006]. */
export function sphereDistance(x: Float64Array, y: Float64Array): number {
  return (
    2 *
    Math.atan2(
      normOf(x.length, (i) => x[i] - y[i]),
      normOf(x.length, (i) => x[i] + y[i]),
    )
  );
}

/**
 * The direction is the tangent part of y − x, or of y + x beyond a right angle: both are small differences of which no
 * digits are lost, and they have the same tangent part as y.
 */
function sphereLog(form: SpaceForm, [x, y]: readonly [Float64Array, Float64Array], out: Float64Array): Float64Array {
  const D = x.length;
  const cosine = dot(x, y);
  const side = cosine < 0 ? 1 : -1;
  for (let i = 0; i < D; i++) out[i] = y[i] + side * x[i];
  formTangent(form, x, out, out);
  const sine = lengthIn(form, out);
  const angle = Math.atan2(sine, cosine);
  if (angle > Math.PI - 4 * Number.EPSILON) {
    const frame = householderFrame(x, new Float64Array((D - 1) * D));
    for (let i = 0; i < D; i++) out[i] = Math.PI * frame[i]; // what rounding left has no direction
    return out;
  }
  const scale = sine > 0 ? angle / sine : 1;
  for (let i = 0; i < D; i++) out[i] *= scale;
  return out;
}
