import {
  conditionalDivergence,
  conditionalLogDensity,
  conditionalTimeDerivative,
  conditionalVelocity,
  type Points,
  row,
  takeRows,
  weightedMean,
  zeros,
} from "@fluxion/core";
import type { LabState } from "../state/lab-state.js";
import type { Model } from "./model.js";

/** p_t(x|z) for the data point z of this index at every cell, [B]. Eq. (M1) */
export function conditionalMap({ path }: Model, t: number, index: number, cells: Points): Float64Array {
  const z = takeRows(path.atoms.points, new Uint32Array(cells.size).fill(index));
  return conditionalLogDensity(path.field.scheduler.at(t), cells, z).map(Math.exp);
}

/** p_t(x) at every cell, [B]. Eq. (M3) */
export function marginalMap({ path }: Model, t: number, cells: Points): Float64Array {
  return (path.field.quantities(t, cells, ["logDensity"]).values.logDensity ?? new Float64Array()).map(Math.exp);
}

/** The marginal velocity at points, [B, 2]. Eq. (M6) */
export function velocityMap({ path }: Model, t: number, x: Points): Points {
  return path.field.evaluate(t, x, zeros(x.size, 2));
}

/** Both sides of the continuity equation ∂_t p_t = −∇·(p_t u_t), found in different ways. Eq. (M4) */
export interface Balance {
  /** ∂_t p_t(x) = p_t(x) Σ λ_i ∂_t log p_t(x|z_i), from the conditional densities: no velocity in it, [B]. */
  readonly timeDerivative: Float64Array;
  /** −∇·(p_t u_t) = −p_t (∇·u_t + u_t·∇ log p_t), from the marginal field: no derivative in time, [B]. */
  readonly inflow: Float64Array;
  /** Their difference, which rounding alone keeps from zero, [B]. */
  readonly residual: Float64Array;
  /** ∂_t p_t + ∇·(p_t ū) for the plain mean ū of the conditional fields, which does not carry p_t, [B]. */
  readonly wrong: Float64Array;
}

/** The balance at the given points. */
export function balanceAt({ path }: Model, t: number, x: Points): Balance {
  const { field, atoms } = path;
  const at = field.scheduler.at(t);
  const weights = field.posterior.weights(x, at);
  const { values } = field.quantities(t, x, ["velocity", "score", "divergence", "logDensity"]);
  const { velocity = [], score = [], divergence = [], logDensity = [] } = values;
  const mean = weightedMean(atoms.points, atoms.logWeights);
  const plain = conditionalVelocity(at, x, { data: repeated(mean, x.size), size: x.size, dim: 2 }).data; // affine in z
  const plainDivergence = conditionalDivergence(at, 2);
  const N = atoms.points.size;
  const timeDerivative = new Float64Array(x.size);
  const inflow = new Float64Array(x.size);
  const wrong = new Float64Array(x.size);
  for (let b = 0; b < x.size; b++) {
    const rates = conditionalTimeDerivative(at, { data: repeated(row(x, b), N), size: N, dim: 2 }, atoms.points);
    const rate = rates.reduce((sum, value, i) => sum + (weights[b * N + i] ?? 0) * value, 0);
    const density = Math.exp(logDensity[b] ?? -Infinity);
    timeDerivative[b] = density * rate;
    inflow[b] = -density * ((divergence[b] ?? 0) + dot(velocity, score, b));
    wrong[b] = density * (rate + plainDivergence + dot(plain, score, b));
  }
  return { timeDerivative, inflow, residual: timeDerivative.map((value, b) => value - (inflow[b] ?? 0)), wrong };
}

/** A point of the plane, `size` times. */
function repeated(point: ArrayLike<number>, size: number): Float64Array {
  const out = new Float64Array(2 * size);
  for (let i = 0; i < size; i++) out.set(point, 2 * i);
  return out;
}

/** u·s of row b of two [B, 2]. */
function dot(u: ArrayLike<number>, s: ArrayLike<number>, b: number): number {
  return (u[2 * b] ?? 0) * (s[2 * b] ?? 0) + (u[2 * b + 1] ?? 0) * (s[2 * b + 1] ?? 0);
}

/** The balance at the chosen (x, t). */
export function balanceHere(model: Model, { x, t }: Pick<LabState, "x" | "t">): Record<keyof Balance, number> {
  const { timeDerivative, inflow, residual, wrong } = balanceAt(model, t, { data: Float64Array.from(x), size: 1, dim: 2 });
  return { timeDerivative: timeDerivative[0] ?? 0, inflow: inflow[0] ?? 0, residual: residual[0] ?? 0, wrong: wrong[0] ?? 0 };
}

/** The largest magnitude of a map. */
export function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
