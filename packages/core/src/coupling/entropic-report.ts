import type { EntropicProblem, Potentials } from "./entropic-problem.js";
import { planCost, planMarginals, type TransportPlan } from "./transport-plan.js";

/** A plan and the two objectives that enclose the best one. */
export interface EntropicReport extends TransportPlan {
  readonly cost: number;
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
}

/** The plan of given potentials, brought to its constrained marginals, with the objective there and at the potentials. */
export function entropicReport(problem: EntropicProblem, potentials: Potentials): EntropicReport {
  const { a, b, epsilon, rho0, rho1 } = problem;
  const plan = planOf(problem, potentials);
  const mass = plan.mass.reduce((sum, p) => sum + p, 0);
  const dual = conjugate(potentials.f, a, rho0) + conjugate(potentials.g, b, rho1) - epsilon * (mass - 1);
  meetMarginals(plan, problem);
  const [rows, columns] = planMarginals(plan);
  const cost = planCost(plan, problem.cost);
  const product = (at: number): number => a[Math.floor(at / b.length)] * b[at % b.length];
  let primal = cost + epsilon * divergence(plan.mass, product);
  if (rho0 < Infinity) primal += rho0 * divergence(rows, (i) => a[i]);
  if (rho1 < Infinity) primal += rho1 * divergence(columns, (j) => b[j]);
  return { ...plan, cost, primal, dual, gap: primal - dual };
}

function planOf({ cost, a, b, epsilon }: EntropicProblem, { f, g }: Potentials): TransportPlan {
  const mass = new Float64Array(cost.length);
  for (let i = 0, at = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++, at++) mass[at] = a[i] * b[j] * Math.exp((f[i] + g[j] - cost[at]) / epsilon);
  }
  return { rows: a.length, columns: b.length, mass };
}

/** −ρ Σ w (e^{−h/ρ} − 1), which is Σ w h where the marginal is a constraint. */
function conjugate(h: Float64Array, weights: Float64Array, rho: number): number {
  return h.reduce((sum, value, i) => sum + weights[i] * (rho === Infinity ? value : -rho * Math.expm1(-value / rho)), 0);
}

/** KL(p|q) = Σ p log(p/q) − p + q. */
function divergence(p: Float64Array, q: (at: number) => number): number {
  return p.reduce((sum, value, at) => sum + (value > 0 ? value * Math.log(value / q(at)) : 0) - value + q(at), 0);
}

/**
 * Changes the plan so that constrained marginals are met [Altschuler2017, Algorithm 2]: rows and columns with too much are
 * scaled down, and what is missing is added as a product. With one constraint its rows or columns are scaled.
 */
function meetMarginals(plan: TransportPlan, { a, b, rho0, rho1 }: EntropicProblem): void {
  const both = rho0 === Infinity && rho1 === Infinity;
  const most = both ? 1 : Infinity;
  if (rho0 === Infinity) scale(plan, (rows) => a.map((share, i) => Math.min(most, share / rows[i])), "rows");
  if (rho1 === Infinity) scale(plan, (_, columns) => b.map((share, j) => Math.min(most, share / columns[j])), "columns");
  if (!both) return;
  const [rows, columns] = planMarginals(plan);
  const [missing0, missing1] = [a.map((share, i) => share - rows[i]), b.map((share, j) => share - columns[j])];
  const total = missing0.reduce((sum, v) => sum + Math.max(0, v), 0);
  if (!(total > 0)) return;
  for (let i = 0, at = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++, at++) {
      plan.mass[at] += (Math.max(0, missing0[i]) / total) * Math.max(0, missing1[j]);
    }
  }
}

function scale(
  plan: TransportPlan,
  by: (rows: Float64Array, columns: Float64Array) => Float64Array,
  of: "rows" | "columns",
): void {
  const factors = by(...planMarginals(plan));
  for (let i = 0, at = 0; i < plan.rows; i++) {
    for (let j = 0; j < plan.columns; j++, at++) plan.mass[at] *= factors[of === "rows" ? i : j];
  }
}
