import type { VectorField } from "../ode/index.js";
import type { Points } from "../points/index.js";
import type { Coefficients, Scheduler } from "../scheduler/index.js";
import type { Certificate } from "./certificate.js";
import type { Posterior, TopWeights } from "./posterior.js";
import { type Quantity, quantities, recipes } from "./quantity.js";

/** Options of one evaluation of several quantities. */
export interface QuantityOptions {
  /** How many of the largest posterior weights to return. @defaultValue 0 */
  readonly top?: number;
  /** Directions v of the Jacobian-vector product "jvp", [B, D]. */
  readonly tangent?: Points;
}

/** Values by name, `[B, D]` or `[B]` row-major, with the largest weights and what kind of promise they carry. */
export interface Quantities {
  readonly values: Partial<Record<Quantity, Float64Array>>;
  readonly top: TopWeights;
  readonly certificate: Certificate;
}

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

  const quantitiesAt: MarginalField["quantities"] = (t, x, names, { top = 0, tangent } = {}) => {
    const at = scheduler.at(t);
    for (const name of names) requireKnown(name);
    const jvp = names.includes("jvp");
    if (jvp && (tangent?.dim !== dim || tangent.size !== x.size)) {
      throw new RangeError(
        `Cannot evaluate a Jacobian-vector product: directions are [${tangent?.size ?? 0}, ${tangent?.dim ?? 0}]; expected [${x.size}, ${dim}]`,
      );
    }
    if (at.beta === 0 && posterior.singularAtData) return atData(names, x, top);
    const spread = names.some((name) => recipes[name].spread);
    const moments = posterior.evaluate(x, at, { spread, top, ...(jvp && tangent ? { tangent } : {}) });
    const values: Partial<Record<Quantity, Float64Array>> = {};
    for (const name of names) values[name] = finite(name, t, at, recipes[name].of(moments, at, x));
    return { values, top: moments.top, certificate: { kind: "exact", scanned: posterior.size } };
  };

  const atData = (names: readonly Quantity[], x: Points, top: number): Quantities => {
    const limit = posterior.limit(x, top);
    const values: Partial<Record<Quantity, Float64Array>> = {};
    for (const name of names) {
      const value = recipes[name].atData;
      values[name] = value === undefined ? refuseAtData(name) : value(limit);
    }
    return { values, top: limit.top, certificate: { kind: "exact", scanned: posterior.size } };
  };

  return {
    dim,
    scheduler,
    posterior,
    evaluate(t, x, out) {
      const at = scheduler.at(t);
      if (at.beta === 0 && posterior.singularAtData) refuseAtData("velocity");
      out.data.set(finite("velocity", t, at, recipes.velocity.of(posterior.evaluate(x, at), at, x)));
      return out;
    },
    quantities: quantitiesAt,
  };
}

function requireKnown(name: string): void {
  if (Object.hasOwn(recipes, name)) return;
  throw new RangeError(`Cannot evaluate "${name}": no such quantity; expected one of ${quantities.join(", ")}`);
}

function refuseAtData(name: Quantity): never {
  const known = quantities.filter((other) => recipes[other].atData).join(", ");
  throw new RangeError(
    `Cannot evaluate "${name}" at t = 1: it diverges, since the path ends on the data points (β = 0); expected t < 1, or one of ${known}`,
  );
}

/** Refuses what is not finite, with the reason that the coefficients give. */
function finite(name: Quantity, t: number, at: Coefficients, values: Float64Array): Float64Array {
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return values;
  const infinite = Object.entries(at).filter(([, v]) => !Number.isFinite(v));
  const reason = infinite.length > 0 ? ` where ${infinite.map(([key, v]) => `${key} = ${v}`).join(", ")}` : "";
  throw new RangeError(
    `Cannot evaluate "${name}" at t = ${t}${reason}: value ${bad} is ${values[bad]}; expected a finite number`,
  );
}
