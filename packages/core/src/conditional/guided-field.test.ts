import { describe, expect, test } from "vitest";
import { onPath, problem } from "../../../../conformance/posterior-problems.js";
import { continuityResidual, expectJacobian } from "../../../../tests/support/field-laws.js";
import { atomPosterior, marginalField } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { points, zerosLike } from "../points/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import { guide, guidedField } from "./guided-field.js";
import { memberPosterior } from "./member-posterior.js";
import { membersOf } from "./members.js";

const { atoms: all } = problem(30, 2, 20);
const scheduler = condOt();
const everything = marginalField(scheduler, atomPosterior(all));
const one = marginalField(
  scheduler,
  memberPosterior(
    all,
    membersOf(all, (i) => (i < 10 ? 1 : 0)),
  ),
);
const x = onPath(all, { alpha: 0.4, beta: 0.6 }, 4, 21);

describe("guidance", () => {
  test("weight 0 is the unconditional field and weight 1 the conditional one, to the byte", () => {
    const names = ["velocity", "score", "divergence"] as const;
    expect(guidedField(everything, one, 0).quantities(0.4, x, names)).toEqual(everything.quantities(0.4, x, names));
    expect(guidedField(everything, one, 1).quantities(0.4, x, names)).toEqual(one.quantities(0.4, x, names));
    expect(guidedField(everything, one, 0).evaluate(0.4, x, zerosLike(x))).toEqual(everything.evaluate(0.4, x, zerosLike(x)));
    expect(guidedField(everything, one, 1).evaluate(0.4, x, zerosLike(x))).toEqual(one.evaluate(0.4, x, zerosLike(x)));
  });

  test("any weight lies on the line through the two, in both ways to write it", () => {
    const names = ["velocity", "denoiser", "noise", "score", "divergence", "jvp"] as const;
    const options = { tangent: x };
    const [from, to] = [everything, one].map((field) => field.quantities(0.4, x, names, options).values);
    for (const weight of [-0.5, 0.3, 1.8, 7]) {
      const { values, certificate } = guidedField(everything, one, weight).quantities(0.4, x, names, options);
      expect(certificate).toEqual({ promise: "exact", evaluations: 2 * 4 * 30, skipped: 0, backend: "reference" });
      for (const name of names) {
        values[name]?.forEach((v, d) => {
          const [p, q] = [from[name]?.[d] ?? Number.NaN, to[name]?.[d] ?? Number.NaN];
          const other = (1 + (weight - 1)) * q - (weight - 1) * p; // the convention with w' = w − 1
          expect(Math.abs(v - other)).toBeLessThanOrEqual(1e-14 * (1 + weight ** 2) * (1 + Math.abs(p) + Math.abs(q)));
        });
      }
      const velocity = guidedField(everything, one, weight).evaluate(0.4, x, zerosLike(x));
      expect(velocity.data).toEqual(values.velocity);
    }
  });

  test("its divergence and Jacobian are those of its velocity", () => {
    expectJacobian(guidedField(everything, one, 2.5), 0.4, x);
  });

  test("the product of powers of the two densities is not transported by it", () => {
    const field = guidedField(everything, one, 2.5);
    const product = {
      quantities: (...ask: Parameters<typeof field.quantities>) => {
        const [t, at, names, options] = ask;
        if (!names.includes("logDensity")) return field.quantities(t, at, names, options);
        const [p, q] = [everything, one].map((f) => f.quantities(t, at, ["logDensity"]).values.logDensity ?? new Float64Array(1));
        const from = field.quantities(t, at, []);
        return { ...from, values: { logDensity: p.map((v, b) => v + 2.5 * (q[b] - v)) } };
      },
    };
    // The residual is the derivative of a normalisation at best, the same at every x: here it differs from point to point.
    const residuals = continuityResidual(product, 0.4, x).map(({ value }) => value);
    expect(Math.max(...residuals) - Math.min(...residuals)).toBeGreaterThan(0.1);
  });

  test("guides any two vector fields, wherever they put their answers", () => {
    const own: VectorField = {
      evaluate: (t, y) =>
        points(
          y.data.map((v) => t * v),
          y.dim,
        ),
    };
    const zero: VectorField = { evaluate: (_, y) => zerosLike(y) };
    const out = zerosLike(x);
    expect(guide(zero, own, 3).evaluate(0.5, x, out)).toBe(out);
    expect(out.data).toEqual(x.data.map((v) => 1.5 * v));
  });

  test("what has no guided value, fields that differ, and weights beyond numbers are refused", () => {
    const field = guidedField(everything, one, 2);
    expect(() => field.quantities(0.4, x, ["logDensity"])).toThrow(/^Cannot evaluate "logDensity" of a guided field/);
    expect(() => field.quantities(0.4, x, ["ess"])).toThrow(RangeError);
    expect(() => guidedField(everything, marginalField(cosine(), atomPosterior(all)), 2)).toThrow(/expected equal ones$/);
    expect(() => guidedField(everything, one, Number.NaN)).toThrow("Cannot guide: the weight is NaN; expected a finite number");
  });
});
