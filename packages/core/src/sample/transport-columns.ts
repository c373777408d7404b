import { pointSpace, type Solution, type Solve, type SolveOptions, solve, solveAsync, type VectorField } from "../ode/index.js";
import { type Points, row, zeros } from "../points/index.js";
import { adaptiveSteps, type Integrator } from "./integrator.js";
import { requireDone } from "./solve-error.js";

/** A vector field that gives P rates beside each velocity, as estimates of its divergence. */
export interface ColumnField<R extends void | Promise<void> = void> {
  readonly dim: number;
  /** P. */
  readonly columns: number;
  /** Fills `velocity` [B, D] and `rates` [B, P] at (t, x). */
  evaluate(t: number, x: Points, velocity: Points, rates: Float64Array): R;
}

/** How to carry points back to the source. */
export interface CarryOptions extends SolveOptions {
  /** @defaultValue `adaptiveSteps({ rtol: 1e-8, atol: 1e-10 })` */
  readonly integrator?: Integrator;
  /** @defaultValue 1 */
  readonly t?: number;
}

/** Where points come from, and −∫₀ᵗ of every rate along the way. */
export interface CarriedBack {
  /** [B, D]. */
  readonly x0: Points;
  /** [B, P]. */
  readonly columns: Float64Array;
  readonly nfe: number;
}

const TIGHT = { rtol: 1e-8, atol: 1e-10 };

/** Integrates points backwards from time t to 0 together with their rates, as further coordinates. */
export function carryBack(field: ColumnField, x: Points, options: CarryOptions): CarriedBack {
  return unpack(requireDone(solve(stepsOf(field, x, options), widenedField(field), options)), field);
}

/** `carryBack` for a field that answers later. */
export async function carryBackAsync(
  field: ColumnField<void | Promise<void>>,
  x: Points,
  options: CarryOptions,
): Promise<CarriedBack> {
  return unpack(requireDone(await solveAsync(stepsOf(field, x, options), widenedField(field), options)), field);
}

type Shape = Pick<ColumnField, "dim" | "columns">;

function stepsOf({ dim, columns }: Shape, x: Points, { integrator = adaptiveSteps(TIGHT), t = 1 }: CarryOptions): Solve<Points> {
  if (x.dim !== dim) {
    throw new RangeError(`Cannot compute a likelihood: x has dim ${x.dim}, the field has dim ${dim}; expected equal dims`);
  }
  const wide = zeros(x.size, dim + columns);
  for (let b = 0; b < x.size; b++) row(wide, b).set(row(x, b));
  return integrator(pointSpace, wide, { from: t, to: 0 });
}

/** Columns `from` to `to` of every row. */
function cut(y: Points, from: number, to: number): Points {
  const out = zeros(y.size, to - from);
  for (let b = 0; b < y.size; b++) row(out, b).set(row(y, b).subarray(from, to));
  return out;
}

function unpack({ y, nfe }: Solution<Points>, { dim, columns }: Shape): CarriedBack {
  return { x0: cut(y, 0, dim), columns: cut(y, dim, dim + columns).data, nfe };
}

/** (u, rates) as a field on [B, D + P]. */
function widenedField<R extends void | Promise<void>>(
  field: ColumnField<R>,
): VectorField<Points, R extends void ? Points : Promise<Points>> {
  const { dim, columns } = field;
  const evaluate = (t: number, y: Points, out: Points): Points | Promise<Points> => {
    const x = cut(y, 0, dim);
    const velocity = zeros(x.size, dim);
    const rates = new Float64Array(x.size * columns);
    const pack = (): Points => {
      for (let b = 0; b < x.size; b++) {
        row(out, b).set(row(velocity, b));
        row(out, b).set(rates.subarray(b * columns, (b + 1) * columns), dim);
      }
      return out;
    };
    const answer: void | Promise<void> = field.evaluate(t, x, velocity, rates);
    return answer instanceof Promise ? answer.then(pack) : pack();
  };
  return { evaluate } as VectorField<Points, R extends void ? Points : Promise<Points>>;
}
