import type { VectorField } from "../ode/index.js";
import type { Points } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";
import type { AsyncPosterior } from "./async-posterior.js";
import type { Demand } from "./certificate.js";
import {
  type Quantities,
  type QuantityOptions,
  quantitiesAtData,
  quantitiesFrom,
  quantitiesFromMeans,
  requireQuantities,
  wantOf,
} from "./quantities.js";
import { needsMeanOnly, type Quantity } from "./quantity.js";

/** Options of one evaluation on a backend. */
export interface AsyncQuantityOptions extends QuantityOptions {
  /** @defaultValue the demand of the field */
  readonly demand?: Demand;
}

/** The marginal vector field on a backend that answers later. */
export interface AsyncField extends VectorField<Points, Promise<Points>> {
  readonly dim: number;
  readonly scheduler: Scheduler;
  readonly posterior: AsyncPosterior;
  /** Several quantities from one scan, with its certificate; from the means alone where these suffice. @throws RangeError as `MarginalField.quantities` does. */
  quantities(t: number, x: Points, names: readonly Quantity[], options?: AsyncQuantityOptions): Promise<Quantities>;
}

/**
 * The marginal vector field u_t(x) = a·x + b·μ_t(x) with the posterior on a backend; `marginalField` for scans that answer
 * later. Eq. (M6)
 */
export function asyncField(scheduler: Scheduler, posterior: AsyncPosterior, demand: Demand = { kind: "exact" }): AsyncField {
  const { dim } = posterior;
  const quantities: AsyncField["quantities"] = async (t, x, names, options = {}) => {
    const at = scheduler.at(t);
    requireQuantities(names, x, options);
    if (at.beta === 0 && posterior.singularAtData) {
      const limit = await posterior.limit(x, options.top);
      const certificate = { promise: "exact", evaluations: x.size * posterior.size, skipped: 0, backend: "reference" } as const;
      return { ...quantitiesAtData(names, limit), certificate };
    }
    if (names.every(needsMeanOnly) && (options.top ?? 0) === 0) {
      const { means, certificate } = await posterior.means(x, at, options.demand ?? demand);
      return { ...quantitiesFromMeans(names, { t, at, x }, means), certificate };
    }
    const { moments, certificate } = await posterior.evaluate(x, at, wantOf(names, options), options.demand ?? demand);
    return { ...quantitiesFrom(names, { t, at, x }, moments), certificate };
  };
  return {
    dim,
    scheduler,
    posterior,
    async evaluate(t, x, out) {
      const { values } = await quantities(t, x, ["velocity"]);
      if (values.velocity) out.data.set(values.velocity);
      return out;
    },
    quantities,
  };
}
