import { normal, type Points, points, type Quantities, type Quantity, type QuantityOptions, rngOf, row } from "@fluxion/core";
import { expect } from "vitest";
import { derivative } from "../../packages/core/src/verify/difference.js";

/** Whatever answers quantities at (t, x): an exact field over any posterior. */
export interface AskedField {
  quantities(t: number, x: Points, names: readonly Quantity[], options?: QuantityOptions): Omit<Quantities, "certificate">;
}

const moved = (x: Points, v: ArrayLike<number>, h: number): Points =>
  points(
    x.data.map((value, d) => value + h * v[d]),
    x.dim,
  );

const one = (field: AskedField, t: number, x: Points, name: Quantity): Float64Array => {
  const values = field.quantities(t, x, [name]).values[name];
  if (values === undefined) throw new Error(`no ${name}`);
  return values;
};

/** Differences carry an estimate of their own error; a wrong formula is off by far more than ten times that. */
const expectNear = (value: number, { value: by, error }: { value: number; error: number }, what: string): void =>
  expect(Math.abs(value - by), `${what}: ${value} by formula, ${by} by differences`).toBeLessThanOrEqual(
    10 * error + 1e-8 * (1 + Math.abs(value)),
  );

/** Each row of x by itself. */
const each = (x: Points, law: (point: Points) => void): void => {
  for (let b = 0; b < x.size; b++) law(points(row(x, b).slice(), x.dim));
};

/** ∇ of the named potential is the named gradient. */
export function expectScore(field: AskedField, t: number, x: Points, step = 0.05): void {
  each(x, (point) => {
    const score = one(field, t, point, "score");
    for (let d = 0; d < x.dim; d++) {
      const axis = score.map((_, k) => (k === d ? 1 : 0));
      expectNear(
        score[d],
        derivative((h) => one(field, t, moved(point, axis, h), "logDensity")[0], step),
        `∂${d} log p`,
      );
    }
  });
}

/** The divergence is the trace of the Jacobian of the velocity, and the product (∇u)v its derivative along v. */
export function expectJacobian(field: AskedField, t: number, x: Points, step = 0.05): void {
  const v = normal(rngOf(404), new Float64Array(x.dim));
  each(x, (point) => {
    let trace = { value: 0, error: 0 };
    for (let d = 0; d < x.dim; d++) {
      const axis = v.map((_, k) => (k === d ? 1 : 0));
      const slope = derivative((h) => one(field, t, moved(point, axis, h), "velocity")[d], step);
      trace = { value: trace.value + slope.value, error: trace.error + slope.error };
    }
    expectNear(one(field, t, point, "divergence")[0], trace, "∇·u");
    const { jvp = [] } = field.quantities(t, point, ["jvp"], { tangent: points(v, x.dim) }).values;
    for (let d = 0; d < x.dim; d++) {
      expectNear(
        jvp[d] ?? Number.NaN,
        derivative((h) => one(field, t, moved(point, v, h), "velocity")[d], step),
        `(∇u)v, ${d}`,
      );
    }
  });
}

/** ∂_t log p + u·∇ log p + ∇·u, by differences in t; zero where the field transports p. Eq. (M4) */
export function continuityResidual(field: AskedField, t: number, x: Points, step = 0.02): { value: number; error: number }[] {
  const out: { value: number; error: number }[] = [];
  each(x, (point) => {
    const rate = derivative((h) => one(field, t + h, point, "logDensity")[0], step);
    const { velocity = [], score = [], divergence = [] } = field.quantities(t, point, ["velocity", "score", "divergence"]).values;
    let flux = divergence[0] ?? Number.NaN;
    let size = Math.abs(flux);
    for (let d = 0; d < x.dim; d++) {
      const part = (velocity[d] ?? Number.NaN) * (score[d] ?? Number.NaN);
      flux += part;
      size += Math.abs(part);
    }
    out.push({ value: rate.value + flux, error: 10 * rate.error + 1e-8 * (1 + size) });
  });
  return out;
}

/** The field transports its own density. Eq. (M4) */
export function expectContinuity(field: AskedField, t: number, x: Points, step = 0.02): void {
  for (const { value, error } of continuityResidual(field, t, x, step)) expect(Math.abs(value)).toBeLessThanOrEqual(error);
}
