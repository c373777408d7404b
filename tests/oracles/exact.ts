import {
  atomPosterior,
  atoms,
  type MarginalField,
  marginalField,
  normal,
  type Points,
  pointSpace,
  points,
  pointsOf,
  type Quantity,
  type QuantityOptions,
  rngOf,
  rungeKutta,
  type Scheduler,
  snrGrid,
  solve,
  type Tableau,
  uniform,
  type VectorField,
  zerosLike,
} from "@fluxion/core";

/** The exact field of atoms, given as rows. */
export function fieldOver(
  scheduler: Scheduler,
  rows: readonly (readonly number[])[],
  { weights, bandwidth = 0 }: { weights?: readonly number[]; bandwidth?: number } = {},
): MarginalField {
  return marginalField(scheduler, atomPosterior(atoms(pointsOf(rows), weights), { bandwidth }));
}

/** u_t(x), flat. */
export function velocity(field: VectorField, t: number, x: Points): Float64Array {
  return field.evaluate(t, x, zerosLike(x)).data;
}

/** One quantity at (t, x), flat. */
export function quantity(
  field: MarginalField,
  name: Quantity,
  t: number,
  x: Points,
  options: QuantityOptions = {},
): Float64Array {
  const value = field.quantities(t, x, [name], options).values[name];
  if (value === undefined) throw new Error(`the field gave no ${name}`);
  return value;
}

/** ∇u_t(x) at one point as [D][D], column by column from Jacobian-vector products. */
export function jacobian(field: MarginalField, t: number, x: Points): number[][] {
  const D = x.dim;
  const columns = Array.from({ length: D }, (_, q) => {
    const axis = points(
      Float64Array.from({ length: D }, (__, d) => (d === q ? 1 : 0)),
      D,
    );
    return quantity(field, "jvp", t, x, { tangent: axis });
  });
  return Array.from({ length: D }, (_, p) => columns.map((column) => column[p]));
}

/** `size` standard normal draws in R^dim. */
export function draws(key: number, size: number, dim: number): Points {
  return points(normal(rngOf(key), new Float64Array(size * dim)), dim);
}

/** `size` weights that sum to one. */
export function drawWeights(key: number, size: number): number[] {
  const raw = Array.from(uniform(rngOf(key), new Float64Array(size)));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => w / total);
}

/** The flow of a field on a grid uniform in τ = s/(1 + s), which is the same set of states under every scheduler. */
export function flow(
  field: VectorField,
  scheduler: Scheduler,
  x0: Points,
  { tableau, steps, to }: { tableau: Tableau; steps: number; to: number },
  onStep?: (n: number, t: number, x: Points) => void,
): Points {
  const { alpha, beta } = scheduler.at(0);
  const grid = snrGrid(steps, scheduler.timeOfSnr, { from: alpha / (alpha + beta), to });
  return solve(rungeKutta(pointSpace, tableau, x0, grid, onStep ? { onStep } : {}), field).y;
}

/** αz + βx₀ with rows of z and x₀ in step. */
export function between(scheduler: Scheduler, t: number, x0: Points, z: ArrayLike<number>): Points {
  const { alpha, beta } = scheduler.at(t);
  return points(
    x0.data.map((e, d) => alpha * z[d % z.length] + beta * e),
    x0.dim,
  );
}

/** The largest absolute difference; NaN counts as the largest. */
export function distance(p: ArrayLike<number>, q: ArrayLike<number>): number {
  if (p.length !== q.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < p.length; i++) {
    const gap = Math.abs(p[i] - q[i]);
    if (!(gap <= most)) most = gap;
  }
  return most;
}
