import {
  euclidean,
  flatTorus,
  fork,
  hyperbolic,
  type Manifold,
  normal,
  productManifold,
  type Rng,
  rotations,
  sphere,
} from "@fluxion/core";

/** One of every kind, and products. */
export const manifolds: readonly Manifold[] = [
  sphere(1),
  sphere(2),
  sphere(5),
  flatTorus(1),
  flatTorus(3),
  hyperbolic(2),
  hyperbolic(4),
  rotations(),
  euclidean(3),
  productManifold(sphere(2), flatTorus(2), euclidean(1)),
  productManifold(rotations(), hyperbolic(2)),
];

/** A point about half a unit of length from the middle of the manifold, or anywhere if it is compact. */
export function pointAt(m: Manifold, rng: Rng): Float64Array {
  if (m.uniform) return m.uniform.sample(rng, 1);
  const middle = m.projectPoint(new Float64Array(m.ambient).fill(0.1), new Float64Array(m.ambient));
  return m.exp(middle, tangentAt(m, middle, fork(rng, "point"), 0.5), new Float64Array(m.ambient));
}

/** A tangent vector with independent normal components, times `scale`. */
export function tangentAt(m: Manifold, x: Float64Array, rng: Rng, scale = 1): Float64Array {
  const frame = m.frame(x, new Float64Array(m.dim * m.ambient));
  const xi = normal(rng, new Float64Array(m.dim));
  const v = new Float64Array(m.ambient);
  for (let k = 0; k < m.dim; k++) for (let i = 0; i < m.ambient; i++) v[i] += scale * xi[k] * frame[k * m.ambient + i];
  return v;
}

/** max |u_i − v_i|. */
export const gap = (u: Float64Array, v: Float64Array): number =>
  u.reduce((worst, c, i) => Math.max(worst, Math.abs(c - v[i])), 0);
