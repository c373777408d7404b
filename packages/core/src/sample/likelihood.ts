import type { MarginalField } from "../field/index.js";
import { pointSpace, type SolveOptions, solve, solveAsync, type VectorField } from "../ode/index.js";
import { type Points, zeros } from "../points/index.js";
import { adaptiveSteps, type Integrator } from "./integrator.js";
import { requireDone } from "./solve-error.js";

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
  const { integrator = adaptiveSteps(TIGHT), t = 1 } = options;
  const solution = requireDone(solve(integrator(pointSpace, widened(x), { from: t, to: 0 }), withDivergence(field), options));
  return unpack(solution.y, solution.nfe, options);
}

/** `flowLogDensity` for a field that answers later. */
export async function flowLogDensityAsync(
  field: DivergenceField<void | Promise<void>>,
  x: Points,
  options: LikelihoodOptions,
): Promise<FlowLikelihood> {
  const { integrator = adaptiveSteps(TIGHT), t = 1 } = options;
  const steps = integrator(pointSpace, widened(x), { from: t, to: 0 });
  const solution = requireDone(await solveAsync(steps, withDivergence(field), options));
  return unpack(solution.y, solution.nfe, options);
}

const TIGHT = { rtol: 1e-8, atol: 1e-10 };

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

/** [B, D] with a column of zeros appended. */
function widened(x: Points): Points {
  const out = zeros(x.size, x.dim + 1);
  for (let b = 0; b < x.size; b++) out.data.set(x.data.subarray(b * x.dim, (b + 1) * x.dim), b * (x.dim + 1));
  return out;
}

/** The first D columns, and the last one. */
function split(y: Points): { x: Points; last: Float64Array } {
  const D = y.dim - 1;
  const x = zeros(y.size, D);
  for (let b = 0; b < y.size; b++) x.data.set(y.data.subarray(b * y.dim, b * y.dim + D), b * D);
  return { x, last: Float64Array.from({ length: y.size }, (_, b) => y.data[b * y.dim + D]) };
}

/** (u, ∇·u) as a field on [B, D + 1]. */
function withDivergence<R extends void | Promise<void>>(
  field: DivergenceField<R>,
): VectorField<Points, R extends void ? Points : Promise<Points>> {
  const evaluate = (t: number, y: Points, out: Points): Points | Promise<Points> => {
    const { x } = split(y);
    const velocity = zeros(x.size, x.dim);
    const divergence = new Float64Array(x.size);
    const pack = (): Points => {
      for (let b = 0; b < x.size; b++) {
        out.data.set(velocity.data.subarray(b * x.dim, (b + 1) * x.dim), b * y.dim);
        out.data[b * y.dim + x.dim] = divergence[b];
      }
      return out;
    };
    const answer: void | Promise<void> = field.evaluate(t, x, velocity, divergence);
    return answer instanceof Promise ? answer.then(pack) : pack();
  };
  return { evaluate } as VectorField<Points, R extends void ? Points : Promise<Points>>;
}

function unpack(y: Points, nfe: number, { sourceLogDensity }: LikelihoodOptions): FlowLikelihood {
  const { x, last } = split(y);
  return { logDensity: sourceLogDensity(x).map((value, b) => value + last[b]), x0: x, nfe };
}
