import type { AtomPath } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import {
  conditionalDivergence,
  conditionalLogDensity,
  conditionalScore,
  conditionalTimeDerivative,
  conditionalVelocity,
} from "../path/index.js";
import type { Points } from "../points/index.js";
import type { Coefficients, Scheduler } from "../scheduler/index.js";

/**
 * Every object of the derivation as a function, so that a check reads nothing else. `derivationOf` fills it with Fluxion's
 * own; a test plants a wrong one and sees it caught.
 */
export interface Derivation {
  readonly path: AtomPath;
  readonly scheduler: Scheduler;
  readonly conditional: {
    logDensity(at: Coefficients, x: Points, z: Points): Float64Array;
    velocity(at: Coefficients, x: Points, z: Points): Points;
    score(at: Coefficients, x: Points, z: Points): Points;
    divergence(at: Coefficients, dim: number): number;
    timeDerivative(at: Coefficients, x: Points, z: Points): Float64Array;
  };
  readonly marginal: {
    logDensity(t: number, x: Points): Float64Array;
    velocity(t: number, x: Points): Float64Array;
    score(t: number, x: Points): Float64Array;
    denoiser(t: number, x: Points): Float64Array;
    noise(t: number, x: Points): Float64Array;
    divergence(t: number, x: Points): Float64Array;
    /** Posterior weights, [B, N]. */
    weights(t: number, x: Points): Float64Array;
  };
}

/** Fluxion's own objects for one data set and scheduler. */
export function derivationOf(path: AtomPath): Derivation {
  const { field } = path;
  const quantity =
    (name: "logDensity" | "velocity" | "score" | "denoiser" | "noise" | "divergence") =>
    (t: number, x: Points): Float64Array =>
      field.quantities(t, x, [name]).values[name] ?? new Float64Array(0);
  return {
    path,
    scheduler: field.scheduler,
    conditional: {
      logDensity: conditionalLogDensity,
      velocity: conditionalVelocity,
      score: conditionalScore,
      divergence: conditionalDivergence,
      timeDerivative: conditionalTimeDerivative,
    },
    marginal: {
      logDensity: quantity("logDensity"),
      velocity: quantity("velocity"),
      score: quantity("score"),
      denoiser: quantity("denoiser"),
      noise: quantity("noise"),
      divergence: quantity("divergence"),
      weights: (t, x) => field.posterior.weights(x, field.scheduler.at(t)),
    },
  };
}

/** The marginal vector field of a derivation, to integrate. */
export function fieldOf({ marginal }: Derivation): VectorField {
  return {
    evaluate(t, x, out) {
      out.data.set(marginal.velocity(t, x));
      return out;
    },
  };
}
