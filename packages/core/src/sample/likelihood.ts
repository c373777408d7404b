import type { MarginalField } from "../field/index.js";
import type { SolveOptions } from "../ode/index.js";
import type { Points } from "../points/index.js";
import type { Integrator } from "./integrator.js";
import { type ColumnField, carryBack, carryBackAsync } from "./transport-columns.js";

/** A vector field that also knows its divergence: what a likelihood needs. */
export interface DivergenceField<R extends void | Promise<void> = void> {
  readonly dim: number;
  /** Fills `velocity` [B, D] and `divergence` [B] at (t, x). */
  evaluate(t: number, x: Points, velocity: Points, divergence: Float64Array): R;
}

/** Options of the change of variables. */
export interface LikelihoodOptions extends SolveOptions {
  /** @defaultValue `adaptiveSteps({ rtol: 1e-8, atol: 1e-10 })` */
  readonly integrator?: Integrator;
  /** Time at which the density is wanted. @defaultValue 1 */
  readonly t?: number;
  /** log p_0, nats, of points [B, D]. */
  readonly sourceLogDensity: (x0: Points) => Float64Array;
}

/** A log-density by transport, with what it cost and where the points came from. */
export interface FlowLikelihood {
  /** log p_t(x), nats, [B]. */
  readonly logDensity: Float64Array;
  /** The points at t = 0 that flow to x, [B, D]. */
  readonly x0: Points;
  readonly nfe: number;
}

/**
 * log p_t(x) = log p_0(x_0) − ∫₀ᵗ ∇·u_s(x_s) ds along the trajectory that ends at x, integrated backwards together with
 * the divergence as one more coordinate. Eq. (M4)
 */
export function flowLogDensity(field: DivergenceField, x: Points, options: LikelihoodOptions): FlowLikelihood {
  const { x0, columns, nfe } = carryBack(oneColumn(field), x, options);
  return { logDensity: options.sourceLogDensity(x0).map((value, b) => value + columns[b]), x0, nfe };
}

/** `flowLogDensity` for a field that answers later. */
export async function flowLogDensityAsync(
  field: DivergenceField<void | Promise<void>>,
  x: Points,
  options: LikelihoodOptions,
): Promise<FlowLikelihood> {
  const { x0, columns, nfe } = await carryBackAsync(oneColumn(field), x, options);
  return { logDensity: options.sourceLogDensity(x0).map((value, b) => value + columns[b]), x0, nfe };
}

/** A divergence as the only rate beside the velocity. */
function oneColumn<R extends void | Promise<void>>(field: DivergenceField<R>): ColumnField<R> {
  return { dim: field.dim, columns: 1, evaluate: (t, x, velocity, rates) => field.evaluate(t, x, velocity, rates) };
}

/** The exact marginal field with its closed-form divergence. Eq. (M7) */
export function exactDivergenceField(field: MarginalField): DivergenceField {
  return {
    dim: field.dim,
    evaluate(t, x, velocity, divergence) {
      const { values } = field.quantities(t, x, ["velocity", "divergence"]);
      velocity.data.set(values.velocity ?? []);
      divergence.set(values.divergence ?? []);
    },
  };
}
