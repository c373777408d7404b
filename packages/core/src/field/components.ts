import type { Points } from "../points/index.js";
import type { PathPoint, Posterior } from "./posterior.js";

/** E[z|x,k], E[ε|x,k]/β and ∇ log p_t(x|k) of several components, each [n, D]. */
export interface ComponentMeans {
  readonly denoiser: Points;
  readonly scaledNoise: Points;
  readonly score: Points;
}

/** Second moments inside one component, the same at every x. */
export interface WithinComponent {
  /** tr Cov(z|x,k). */
  traceCov: number;
  /** ∇·E[z|x,k]. */
  denoiserDivergence: number;
  /** ∇·(E[ε|x,k]/β). */
  scaledNoiseDivergence: number;
}

/** The components of p_t at one point (α, β) of the path. */
export interface Components {
  /** log π_k + log p_t(x|k), nats, into `out` [K]. Eq. (M3) */
  logDensities(x: Float64Array, out: Float64Array): void;
  /** The means given component `which[j]`, into row j of `out`. Eq. (M5) */
  means(x: Float64Array, which: Int32Array, out: ComponentMeans): void;
  /** The moments inside component k, into `out`. */
  within(k: number, out: WithinComponent): void;
  /** Adds r·(∇E[z|x,k])v and r·(∇E[ε|x,k]/β)v to `out`. */
  addTangent(k: number, r: number, v: Float64Array, out: { denoiser: Float64Array; scaledNoise: Float64Array }): void;
}

/** A data distribution as components, before (α, β) is fixed. */
export interface ComponentFamily extends Pick<Posterior, "dim" | "size" | "singularAtData" | "limit"> {
  /** @throws RangeError where the components have no density. */
  at(point: PathPoint): Components;
}
