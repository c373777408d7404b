import { type MarginalPath, pointsOnPath } from "../field/index.js";
import { type Points, points, row, zeros } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";
import type { Coefficients } from "../scheduler/index.js";

/** Points of p_t at one time, with the pairs that made them. */
export interface Probe {
  readonly t: number;
  readonly at: Coefficients;
  /** Data points, [B, D]. */
  readonly z: Points;
  /** Noise draws, [B, D]. */
  readonly noise: Points;
  /** x = αz + βε, [B, D]. */
  readonly x: Points;
}

/** Times at which the derivation is checked: across the path, from almost noise to almost data. */
export const PROBE_TIMES: readonly number[] = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95];

/** `count` draws of p_t at each probe time. */
export function probesOf(path: MarginalPath, rng: Rng, count: number): Probe[] {
  return PROBE_TIMES.map((t, k) => {
    const at = path.field.scheduler.at(t);
    const z = path.drawData(fork(rng, "data", k), count);
    const noise = path.drawSource(fork(rng, "source", k), count);
    return { t, at, z, noise, x: pointsOnPath(at, z, noise) };
  });
}

/** Row b of x moved by h along the direction v. */
export function moved(x: Points, b: number, h: number, v: Float64Array): Points {
  return points(
    row(x, b).map((value, d) => value + h * v[d]),
    x.dim,
  );
}

/** The unit vector of coordinate d. */
export function axis(dim: number, d: number): Float64Array {
  const e = new Float64Array(dim);
  e[d] = 1;
  return e;
}

/** Σ a_d b_d. */
export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, d) => sum + v * b[d], 0);
}

/** Row b of x as a batch of one. */
export function one(x: Points, b: number): Points {
  return points(row(x, b), x.dim);
}

/** The same point `count` times, [count, D]. */
export function repeated(x: Float64Array, count: number): Points {
  const out = zeros(count, x.length);
  for (let i = 0; i < count; i++) out.data.set(x, i * x.length);
  return out;
}
