/**
 * Entropic transport by Sinkhorn's iteration on potentials, in the log domain [Cuturi2013; Peyre2019]. Over all masses P,
 *
 *     min ⟨P, C⟩ + ε KL(P|a ⊗ b) + ρ₀ KL(P1|a) + ρ₁ KL(Pᵀ1|b),     P = e^{(f_i + g_j − C_ij)/ε} a_i b_j
 *
 * where ρ = ∞ makes a marginal a constraint, and KL(p|q) = Σ p log(p/q) − p + q [Chizat2018]. Every half of an iteration is
 * f_i = −ε ρ/(ρ + ε) log Σ_j b_j e^{(g_j − C_ij)/ε}, and no ε underflows.
 */

import type { Potentials } from "./entropic-problem.js";
import { entropicReport } from "./entropic-report.js";
import { iterate } from "./sinkhorn-iterate.js";
import { entropicProblem, type SinkhornOptions } from "./sinkhorn-options.js";
import type { TransportPlan } from "./transport-plan.js";

/** An entropic plan with what proves it good. */
export interface EntropicPlan extends TransportPlan, Potentials {
  /** ⟨P, C⟩ of the plan. */
  readonly cost: number;
  /** The whole objective at the plan. */
  readonly primal: number;
  /** The dual objective at (f, g): no plan has a smaller objective. */
  readonly dual: number;
  /** `primal − dual`, which is never negative up to rounding: the plan is that close to the best one. */
  readonly gap: number;
  /** Σ_i |Σ_j P_ij − what the potentials ask of row i|, before the plan was rounded to its marginals. */
  readonly marginalError: number;
  /** Iterations, those at larger ε included: at least one at each. */
  readonly iterations: number;
  readonly status: "done" | "maxIterations";
}

/** Iterations at one of the larger ε, which only prepare the next. */
const STAGE = 100;
/** The marginal error at which a larger ε has done its work. */
const ROUGH = 1e-2;

/**
 * The entropic plan for an [n, m] matrix of costs, row-major. ε is approached from the size of the costs in steps of
 * `shrink`. Where a marginal is a constraint, the plan meets it to rounding: what the last iteration leaves is spread as
 * in [Altschuler2017], so that pairs drawn from the plan have the right ends.
 * @throws RangeError on a wrong shape, a cost that is not finite, ε or a penalty that is not positive, or a bad weight.
 */
export function sinkhorn(cost: Float64Array, n: number, m: number, options: SinkhornOptions): EntropicPlan {
  const { problem, tolerance, maxIterations, shrink } = entropicProblem(cost, n, m, options);
  const potentials: Potentials = { f: new Float64Array(n), g: new Float64Array(m) };
  const largest = cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  let iterations = 0;
  let error = Infinity;
  for (let epsilon = Math.max(problem.epsilon, largest); ; epsilon = Math.max(problem.epsilon, epsilon * shrink)) {
    const last = epsilon === problem.epsilon;
    const most = last ? maxIterations - iterations : Math.min(STAGE, maxIterations - iterations);
    const run = iterate({ ...problem, epsilon }, potentials, { until: last ? tolerance : Math.max(ROUGH, tolerance), most });
    iterations += run.iterations;
    error = run.error;
    if (last) break;
  }
  const report = entropicReport(problem, potentials);
  return { ...report, ...potentials, marginalError: error, iterations, status: error <= tolerance ? "done" : "maxIterations" };
}
