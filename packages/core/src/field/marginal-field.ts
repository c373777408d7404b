import type { VectorField } from "../ode/index.js";
import type { Points } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";
import type { Certificate } from "./certificate.js";
import type { Posterior } from "./posterior.js";
import {
  type Quantities,
  type QuantityOptions,
  quantitiesAtData,
  quantitiesFrom,
  quantityFrom,
  refuseAtData,
  requireQuantities,
  wantOf,
} from "./quantities.js";
import type { Quantity } from "./quantity.js";

/** The marginal vector field u_t(x) of one data set under one scheduler, and all that follows from the same scan. */
export interface MarginalField extends VectorField {
  readonly dim: number;
  readonly scheduler: Scheduler;
  readonly posterior: Posterior;
  /** Fills `out` with u_t(x) = E[u_t(x|z) | x], [B, D]. Eq. (M6). @throws RangeError where it diverges. */
  evaluate(t: number, x: Points, out: Points): Points;
  /** Several quantities from one scan. @throws RangeError for one that has no finite value at this t. */
  quantities(t: number, x: Points, names: readonly Quantity[], options?: QuantityOptions): Quantities;
}

/**
 * The marginal vector field u_t(x) = α̇·E[z|x] + β̇·E[ε|x] = a·x + b·μ_t(x), a = β̇/β, b = α̇ − αβ̇/β. Eq. (M6)
 *
 * At t = 1 over atoms β = 0: there the denoiser, entropy, effective sample size, covariance and top weights have limits
 * (the nearest atoms) and are returned; velocity, score, noise, density and divergence diverge and are refused.
 */
export function marginalField(scheduler: Scheduler, posterior: Posterior): MarginalField {
  const { dim } = posterior;
  const fullScan = (x: Points, bound?: Float64Array): Certificate => ({
    promise: "exact",
    ...(bound ? { bound } : {}),
    evaluations: x.size * posterior.size,
    skipped: 0,
    backend: "reference",
  });
  return {
    dim,
    scheduler,
    posterior,
    evaluate(t, x, out) {
      const at = scheduler.at(t);
      if (at.beta === 0 && posterior.singularAtData) refuseAtData("velocity");
      out.data.set(quantityFrom("velocity", { t, at, x }, posterior.evaluate(x, at)));
      return out;
    },
    quantities(t, x, names, options = {}) {
      const at = scheduler.at(t);
      requireQuantities(names, x, options);
      if (at.beta === 0 && posterior.singularAtData) {
        return { ...quantitiesAtData(names, posterior.limit(x, options.top)), certificate: fullScan(x) };
      }
      const moments = posterior.evaluate(x, at, { ...wantOf(names, options), bound: true });
      return { ...quantitiesFrom(names, { t, at, x }, moments), certificate: fullScan(x, moments.bound) };
    },
  };
}
