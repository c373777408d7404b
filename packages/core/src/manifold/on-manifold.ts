import { type Points, requireFinite, row, zerosLike } from "../points/index.js";
import type { Manifold } from "./manifold.js";

/** How far a point may be off, relative to its size: what float32 leaves is too much. */
const TOLERANCE = 1e-9;

/**
 * Throws unless every row is a point of the manifold.
 * @throws RangeError naming the first row that is not; `projectPoints` brings rows that are nearly points onto the manifold.
 */
export function requireOnManifold(manifold: Manifold, x: Points, what: string): void {
  requireAmbient(manifold, x, what);
  requireFinite(x, what);
  for (let b = 0; b < x.size; b++) {
    const misfit = manifold.misfit(row(x, b));
    if (misfit <= TOLERANCE) continue;
    throw new RangeError(
      `Cannot use ${what}: row ${b} is ${misfit} off the manifold ${manifold.name}; expected at most ${TOLERANCE}, as after projectPoints`,
    );
  }
}

/** Throws unless rows have as many numbers as a point of the manifold. */
export function requireAmbient(manifold: Manifold, x: Points, what: string): void {
  if (x.dim === manifold.ambient) return;
  throw new RangeError(
    `Cannot use ${what}: they have dim ${x.dim}; expected ${manifold.ambient}, the coordinates of ${manifold.name}`,
  );
}

/** The rows brought onto the manifold: unit vectors on a sphere, angles of [0, 2π) on a torus. Copies. */
export function projectPoints(manifold: Manifold, x: Points): Points {
  requireAmbient(manifold, x, "the points");
  requireFinite(x, "the points");
  const out = zerosLike(x);
  for (let b = 0; b < x.size; b++) manifold.projectPoint(row(x, b), row(out, b));
  return out;
}
