/**
 * Stochastic interpolants between two ends, x_t = I(t, x0, x1) + γ(t)z with I = αx1 + βx0 and z ~ N(0, I) [AlbergoBoffi2023].
 * Given a pair, p_t(x|x0, x1) = N(I, γ²) moves with u_t(x|x0, x1) = İ + (γ̇/γ)(x − I); `pairField` is the marginal vector field
 * of finitely many pairs. Averages over the posterior split it:
 *
 *     b = E[İ + γ̇z | x] = v − γγ̇s,     v = E[İ|x],     s = ∇ log p_t = −E[z|x]/γ
 */
import { type Points, zerosLike } from "../points/index.js";
import { condOt, type Scheduler } from "../scheduler/index.js";
import { dataCurve, encodingDecodingCurve, mirrorCurve, type PairCurve, trigonometricCurve } from "./pair-curve.js";
import { type LatentNoise, sineSquaredNoise } from "./pair-noise.js";

/** A curve between the ends and the noise around it. */
export interface Interpolant {
  /** How a sentence names it. */
  readonly name: string;
  readonly curve: PairCurve;
  readonly noise: LatentNoise;
}

/** Any curve with any noise; a scheduler is a curve. */
export function interpolant(curve: PairCurve, noise: LatentNoise): Interpolant {
  return { name: `${curve.name}, ${noise.name}`, curve, noise };
}

/** (1 − t)x0 + tx1 + γz. */
export function linearInterpolant(noise: LatentNoise): Interpolant {
  return interpolant(condOt(), noise);
}

/** √(1 − γ²)(cos(πt/2) x0 + sin(πt/2) x1) + γz, of unit covariance between ends of unit covariance. Needs γ < 1. */
export function trigonometricInterpolant(noise: LatentNoise): Interpolant {
  return interpolant(trigonometricCurve(noise), noise);
}

/** cos²(πt)(x0 before ½, x1 after) + sin²(πt)z: pure noise at t = ½. */
export function encodingDecodingInterpolant(): Interpolant {
  return interpolant(encodingDecodingCurve(), sineSquaredNoise(1));
}

/** x1 + γz between a data set and itself, for pairs (x, x). */
export function mirrorInterpolant(noise: LatentNoise): Interpolant {
  return interpolant(mirrorCurve(), noise);
}

/** α_t x1 + β_t z: the Gaussian path of a scheduler, where x0 is the noise itself. Eq. (M1) */
export function oneSidedInterpolant(scheduler: Scheduler): Interpolant {
  const noise: LatentNoise = {
    name: `β of ${scheduler.name}`,
    at(t) {
      const { beta, dBeta, betaDBeta } = scheduler.at(t);
      return { gamma: beta, dGamma: dBeta, variance: beta * beta, halfRate: betaDBeta };
    },
  };
  return interpolant(dataCurve(scheduler), noise);
}

/** Rows to interpolate between, each [B, D]. */
export interface InterpolantEnds {
  readonly x0: Points;
  readonly x1: Points;
  /** Draws of N(0, I). */
  readonly z: Points;
}

/** Points on the path with what can be regressed at every time: İ, whose mean is v, and z, whose mean is −γs. */
export interface InterpolantPoints extends InterpolantEnds {
  /** Times, [B]. */
  readonly t: Float64Array;
  /** x_t, [B, D]. */
  readonly xt: Points;
  /** İ = α̇x1 + β̇x0, [B, D]. */
  readonly drift: Points;
}

/** The same with the velocity. */
export interface InterpolantBatch extends InterpolantPoints {
  /** u_t = İ + γ̇z, [B, D]: what a network of the vector field regresses on. */
  readonly ut: Points;
}

/**
 * The points x_t = αx1 + βx0 + γz at times t, finite at both ends.
 * @throws RangeError on unequal shapes, t outside [0, 1], or a curve whose slope is infinite at one of the times.
 */
export function interpolantPoints(path: Interpolant, t: Float64Array, { x0, x1, z }: InterpolantEnds): InterpolantPoints {
  const D = x1.dim;
  for (const [name, ends] of [
    ["x0", x0],
    ["z", z],
  ] as const) {
    if (ends.size === x1.size && ends.dim === D && t.length === x1.size) continue;
    throw new RangeError(
      `Cannot interpolate: t is [${t.length}], x1 is [${x1.size}, ${D}], ${name} is [${ends.size}, ${ends.dim}]; expected one t, x0 and z for every x1`,
    );
  }
  const [xt, drift] = [zerosLike(x1), zerosLike(x1)];
  for (let b = 0; b < x1.size; b++) {
    const { alpha, beta, dAlpha, dBeta } = path.curve.at(t[b]);
    if (!Number.isFinite(dAlpha) || !Number.isFinite(dBeta)) refuseSlope(path, t[b], `(α̇, β̇) is (${dAlpha}, ${dBeta})`);
    const { gamma } = path.noise.at(t[b]);
    for (let d = b * D; d < (b + 1) * D; d++) {
      xt.data[d] = alpha * x1.data[d] + beta * x0.data[d] + gamma * z.data[d];
      drift.data[d] = dAlpha * x1.data[d] + dBeta * x0.data[d];
    }
  }
  return { t, x0, x1, z, xt, drift };
}

/**
 * The points with their velocities u_t = İ + γ̇z.
 * @throws RangeError as `interpolantPoints` does, and where γ̇ is infinite: at the ends of a bridge, where İ and z are finite.
 */
export function interpolantBatch(path: Interpolant, t: Float64Array, ends: InterpolantEnds): InterpolantBatch {
  const found = interpolantPoints(path, t, ends);
  const ut = zerosLike(found.drift);
  const D = ut.dim;
  for (let b = 0; b < ut.size; b++) {
    const { dGamma } = path.noise.at(t[b]);
    if (!Number.isFinite(dGamma)) refuseSlope(path, t[b], `γ̇ is ${dGamma}`);
    for (let d = b * D; d < (b + 1) * D; d++) ut.data[d] = found.drift.data[d] + dGamma * ends.z.data[d];
  }
  return { ...found, ut };
}

function refuseSlope({ name }: Interpolant, t: number, what: string): never {
  throw new RangeError(`Cannot interpolate by "${name}" at t = ${t}: ${what}; expected a time at which it is finite`);
}
