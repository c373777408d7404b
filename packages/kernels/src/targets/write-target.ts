import { type Points, zeros } from "@fluxion/core";
import type { TargetPlace } from "./target-plan.js";

/** Room for the targets of P points. */
export interface TargetRoom {
  readonly t: Float64Array;
  readonly xt: Points;
  readonly ut: Points;
  readonly denoiser: Points;
  readonly traceCov: Float64Array;
  readonly logDensity: Float64Array;
}

/** Arrays for P targets in R^D. */
export function targetRoom(size: number, dim: number): TargetRoom {
  const each = (): Float64Array => new Float64Array(size);
  return {
    t: each(),
    traceCov: each(),
    logDensity: each(),
    xt: zeros(size, dim),
    ut: zeros(size, dim),
    denoiser: zeros(size, dim),
  };
}

/** Where target p comes from: its place, its atom and noise, and the mean over atoms. */
export interface TargetSource {
  readonly place: TargetPlace;
  /** z_j, [D]. */
  readonly z: Float64Array;
  /** ε without its sign, [D]. */
  readonly noise: Float64Array;
  /** m, [D]. */
  readonly mean: Float64Array;
  readonly bandwidth: number;
}

/**
 * Writes point p, its denoiser and its velocity from the mean m over atoms. The residual x − αm is formed as α(z_j − m) + √v·ε,
 * which near the data does not cancel: where m = z_j the velocity is α̇z_j + ββ̇/√v·ε, that of the pair itself. Eq. (M6)
 */
export function writeTarget(
  room: Omit<TargetRoom, "traceCov" | "logDensity">,
  p: number,
  { place, z, noise, mean, bandwidth }: TargetSource,
): void {
  const { at, variance, sign } = place;
  const scale = sign * Math.sqrt(variance);
  const kappa = (at.alpha * bandwidth * bandwidth) / variance;
  const D = z.length;
  room.t[p] = place.t;
  for (let d = 0, to = p * D; d < D; d++, to++) {
    const [own, step, m] = [z[d] as number, scale * (noise[d] as number), mean[d] as number];
    const residual = at.alpha * (own - m) + step;
    const denoiser = m + kappa * residual;
    room.xt.data[to] = at.alpha * own + step;
    room.denoiser.data[to] = denoiser;
    room.ut.data[to] = at.dAlpha * denoiser + (at.betaDBeta / variance) * residual;
  }
}

/** tr Cov(z|x) from that over atoms: (β²/v)²·tr Cov_λ + D h²β²/v. */
export function smoothedTrace(
  overAtoms: number,
  { at, variance }: TargetPlace,
  about: { readonly bandwidth: number; readonly dim: number },
): number {
  const shrink = (at.beta * at.beta) / variance;
  return shrink * shrink * overAtoms + about.dim * about.bandwidth * about.bandwidth * shrink;
}
