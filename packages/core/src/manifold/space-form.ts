import { logSumExp } from "../points/index.js";

/**
 * What spheres and hyperbolic spaces share. Both are {x : ⟨x, x⟩ = k} in a space with an inner product, k = 1 or −1 the
 * curvature, and a geodesic is a curve in a plane through the origin: with a unit e ∈ T_xM
 *
 *     exp_x(re) = c(r)·x + s(r)·e,   c, s = cos, sin or cosh, sinh
 *
 * On vectors across the geodesic the differential of exp_x multiplies by s(r)/r, on those along it by 1.
 */
export interface SpaceForm {
  readonly dim: number;
  /** k. */
  readonly sign: 1 | -1;
  inner(u: Float64Array, v: Float64Array): number;
  c(r: number): number;
  s(r: number): number;
  /** log(s(r)/r) for r > 0. */
  logStretch(r: number): number;
}

/** ‖v‖ of a tangent vector, of which rounding may leave −0 in the indefinite case. */
export function lengthIn(form: SpaceForm, v: Float64Array): number {
  return Math.sqrt(Math.max(0, form.inner(v, v)));
}

/** c(r)·x + (s(r)/r)·v with r = ‖v‖, freed by `tidy` of what rounding adds to ⟨x, x⟩; x itself where v = 0. */
export function formExp(
  form: SpaceForm,
  [x, v]: readonly [Float64Array, Float64Array],
  out: Float64Array,
  tidy: (x: Float64Array, out: Float64Array) => Float64Array,
): Float64Array {
  const r = lengthIn(form, v);
  if (r === 0) {
    out.set(x);
    return out;
  }
  const [c, scale] = [form.c(r), form.s(r) / r];
  for (let i = 0; i < out.length; i++) out[i] = c * x[i] + scale * v[i];
  return tidy(out, out);
}

/** w − k⟨x, w⟩x: the tangent part of w; `out` may be w. */
export function formTangent(form: SpaceForm, x: Float64Array, w: Float64Array, out: Float64Array): Float64Array {
  const along = form.sign * form.inner(x, w);
  for (let i = 0; i < out.length; i++) out[i] = w[i] - along * x[i];
  return out;
}

/**
 * (d exp_x)_v, its inverse, or the parallel transport in either direction, applied to w: the part along the geodesic goes
 * from e to its velocity e' = c(r)·e − k·s(r)·x at the other end (or back), the part across it is multiplied by `stretch`.
 */
export function formCarry(
  form: SpaceForm,
  { x, v, back }: { readonly x: Float64Array; readonly v: Float64Array; readonly back: boolean },
  { w, stretch }: { readonly w: Float64Array; readonly stretch: (r: number) => number },
  out: Float64Array,
): Float64Array {
  const r = lengthIn(form, v);
  if (!(r > 0)) {
    out.set(w);
    return out;
  }
  const [c, s, factor] = [form.c(r), form.s(r), stretch(r)];
  const end = new Float64Array(out.length); // e'
  const start = new Float64Array(out.length); // e
  for (let i = 0; i < out.length; i++) {
    start[i] = v[i] / r;
    end[i] = c * start[i] - form.sign * s * x[i];
  }
  const [from, to] = back ? [end, start] : [start, end];
  const along = form.inner(from, w);
  for (let i = 0; i < out.length; i++) out[i] = along * to[i] + factor * (w[i] - along * from[i]);
  return out;
}

/** (d − 1)·log(s(r)/r). */
export function formLogVolume(form: SpaceForm, r: number): number {
  return r > 0 && form.dim > 1 ? (form.dim - 1) * form.logStretch(r) : 0;
}

/** Where a closed geodesic is after length r, and what its length is. */
export interface Wrapping {
  /** d. */
  readonly dim: number;
  /** The length of a closed geodesic. */
  readonly period: number;
  /** |s(r)|, the same for all windings r + k·period. */
  readonly focus: number;
}

/**
 * log Σ_k N(ρ_k; s)·|ρ_k/s(r)|^(d−1) over the windings ρ_k = r + k·period, which all lead to the point at distance r: the wrapped
 * normal density where geodesics close. At r = 0 the windings k ≠ 0 focus all their directions in one point: they are
 * left out there. The terms left out elsewhere lie beyond s·(9 + √d): each is below e^−40 of the whole.
 */
export function logWindings({ dim, period, focus }: Wrapping, r: number, s: number): number {
  const normal = -0.5 * dim * Math.log(2 * Math.PI * s * s);
  if (r === 0 && dim > 1) return normal;
  const reach = Math.ceil((s * (9 + Math.sqrt(dim)) + r) / period);
  const terms = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => {
    const rho = r + period * (k - reach);
    return -0.5 * (rho / s) ** 2 + (dim > 1 ? (dim - 1) * Math.log(Math.abs(rho) / focus) : 0);
  });
  return logSumExp(terms) + normal;
}
