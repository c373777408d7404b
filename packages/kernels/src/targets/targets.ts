import type { Certificate, Points } from "@fluxion/core";

/** Marginal velocities at points of the path, in the order of their plan: a batch to train on, with what is known of it. */
export interface Targets {
  /** [P]. */
  readonly t: Float64Array;
  /** x = α_t z_j + √v_t ε, [P, D]. */
  readonly xt: Points;
  /** u_t(x), [P, D]. Eq. (M6) */
  readonly ut: Points;
  /** μ = E[z|x], [P, D]. */
  readonly denoiser: Points;
  /** tr Cov(z|x), [P]; absent unless wanted. Eq. (M7) */
  readonly traceCov?: Float64Array;
  /** log p_t(x), nats, [P]; absent from estimates. */
  readonly logDensity?: Float64Array;
  /** Of the denoiser. */
  readonly certificate: Certificate;
  readonly work: TargetWork;
}

/** What targets cost, in multiply-adds unless said. */
export interface TargetWork {
  /** Of the dot products. */
  readonly products: number;
  /** Of the weighted sums, twice with `spread`: D for each weight that was not negligible. */
  readonly sums: number;
  /** Exponentials and sums of logits: one for each pair of a point and an atom. */
  readonly weights: number;
  /** Points whose logits were computed again by differences. */
  readonly rechecked: number;
}
