import { conditionalVelocity, type Points, pointsOf, row, weightedMean, zeros } from "@fluxion/core";
import type { LabState } from "../state/lab-state.js";
import type { Model } from "./model.js";

/** Data points in the list of the largest weights. */
export const TOP = 8;

/** What core says at the chosen (x, t). */
export interface Figures {
  /** λ_i(x) = p_t(z_i|x), [N]. Eq. (M5) */
  readonly weights: Float64Array;
  /** The largest weights with their data points, largest first. */
  readonly top: readonly { readonly index: number; readonly weight: number; readonly z: readonly number[] }[];
  /** p_t(x). Eq. (M3) */
  readonly density: number;
  /** Entropy of the posterior, nats. */
  readonly entropy: number;
  /** Effective number of data points, 1/Σλ². */
  readonly ess: number;
  /** E[z|x], [2]. */
  readonly mean: readonly number[];
  /** u_t(x|z_i) for every data point, [N, 2]. Eq. (M2) */
  readonly conditional: Points;
  /** u_t(x) = Σ λ_i u_t(x|z_i), [2]. Eq. (M6) */
  readonly marginal: readonly number[];
  /** Σ π_i u_t(x|z_i), [2]: the average that forgets where x is. u_t(x|z) is affine in z, so it is u_t(x|z̄). */
  readonly unweighted: readonly number[];
}

/** All figures at one (x, t). */
export function figuresAt({ path }: Model, { x, t }: Pick<LabState, "x" | "t">): Figures {
  const { field, atoms } = path;
  const at = field.scheduler.at(t);
  const here = pointsOf([x]);
  const { values, top } = field.quantities(t, here, ["velocity", "logDensity", "entropy", "ess", "denoiser"], { top: TOP });
  const { velocity, logDensity, entropy, ess, denoiser } = values;
  const repeated = zeros(atoms.points.size, 2);
  for (let i = 0; i < repeated.size; i++) repeated.data.set(x, 2 * i);
  const middle = pointsOf([[...weightedMean(atoms.points, atoms.logWeights)]]);
  return {
    weights: field.posterior.weights(here, at),
    top: Array.from(top.indices, (index, k) => ({ index, weight: top.weights[k] ?? 0, z: [...row(atoms.points, index)] })),
    density: Math.exp(only(logDensity)),
    entropy: only(entropy),
    ess: only(ess),
    mean: [...(denoiser ?? [])],
    conditional: conditionalVelocity(at, repeated, atoms.points),
    marginal: [...(velocity ?? [])],
    unweighted: [...conditionalVelocity(at, here, middle).data],
  };
}

/** The value at the one point that was asked for. */
function only(values: Float64Array | undefined): number {
  const [value] = values ?? [];
  if (value === undefined) throw new Error("internal: core did not answer a quantity that was asked for");
  return value;
}
