import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { rk4 } from "../ode/index.js";
import { type Points, points, row, zeros, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import {
  asyncDifferenceJvpField,
  type ColumnField,
  columnDivergence,
  differenceJvpField,
  estimateLogDensity,
  estimateLogDensityAsync,
  exactDivergenceField,
  exactJvpField,
  fixedSteps,
  flowLogDensity,
  hutchinson,
  hutchPlusPlus,
  type JvpField,
} from "./index.js";

const D = 6;
/** u = A x for a fixed matrix with known trace. */
function linear(matrix: Float64Array): JvpField {
  const times = (x: Points, out: Points): void => {
    for (let b = 0; b < x.size; b++) {
      const [from, to] = [row(x, b), row(out, b)];
      for (let i = 0; i < D; i++) to[i] = from.reduce((sum, v, j) => sum + matrix[i * D + j] * v, 0);
    }
  };
  return {
    dim: D,
    evaluate(_, x, v, { velocity, jvp }) {
      times(x, velocity);
      times(v, jvp);
    },
  };
}
const traceOf = (matrix: Float64Array): number => matrix.reduce((sum, v, at) => sum + (at % (D + 1) === 0 ? v : 0), 0);
const dense = normal(rngOf(3), new Float64Array(D * D));

function ratesOf(field: ColumnField, size: number): Float64Array {
  const rates = new Float64Array(size * field.columns);
  field.evaluate(0, zeros(size, D), zeros(size, D), rates);
  return rates;
}

const moments = (values: Float64Array): { mean: number; variance: number } => {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1) };
};

describe("hutchinson", () => {
  // Var vᵀAv = ‖S‖² for Gaussian probes and ‖S‖² − Σ S_ii² for signs, up to the factor 2, with S = (A + Aᵀ)/2.
  const symmetric = dense.map((v, at) => (v + dense[(at % D) * D + Math.floor(at / D)]) / 2);
  const square = 2 * symmetric.reduce((sum, v) => sum + v * v, 0);
  const diagonal = 2 * symmetric.reduce((sum, v, at) => sum + (at % (D + 1) === 0 ? v * v : 0), 0);

  it.each([
    ["gaussian", square],
    ["rademacher", square - diagonal],
  ] as const)("is unbiased for %s probes, with the variance of the textbook", (law, variance) => {
    const found = moments(ratesOf(hutchinson(linear(dense), { rng: rngOf(9), probes: 4, law }), 2500));
    expect(Math.abs(found.mean - traceOf(dense))).toBeLessThan(5 * Math.sqrt(variance / 10_000)); // five standard errors
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.12); // a kurtosis below 12 leaves 0.035 as standard error
  });

  it("gives the same probes at every evaluation: one integrand along a trajectory", () => {
    const field = hutchinson(linear(dense), { rng: rngOf(4), probes: 3, law: "gaussian" });
    expect(ratesOf(field, 5)).toEqual(ratesOf(field, 5));
    expect(new Set(ratesOf(field, 5)).size).toBe(15);
  });

  it("is exact with one sign for a diagonal matrix", () => {
    const matrix = dense.map((v, at) => (at % (D + 1) === 0 ? v : 0));
    for (const rate of ratesOf(hutchinson(linear(matrix), { rng: rngOf(4), probes: 1 }), 7)) {
      expect(rate).toBeCloseTo(traceOf(matrix), 13);
    }
  });

  it("refuses no probes", () => {
    expect(() => hutchinson(linear(dense), { rng: rngOf(0), probes: 0 })).toThrow("there are 0 probes");
    expect(() => hutchPlusPlus(linear(dense), { rng: rngOf(0), sketches: D + 1 })).toThrow("expected an integer from 1 to 6");
  });
});

describe("hutchPlusPlus", () => {
  it("is exact where the sketch spans the image: rank 2, and full rank with k = D", () => {
    const [p, q] = [normal(rngOf(1), new Float64Array(2 * D)), normal(rngOf(2), new Float64Array(2 * D))];
    const low = Float64Array.from({ length: D * D }, (_, at) => {
      const [i, j] = [Math.floor(at / D), at % D];
      return p[i] * q[j] + p[D + i] * q[D + j];
    });
    for (const [matrix, sketches] of [
      [low, 3],
      [low, 2],
      [dense, D],
      [new Float64Array(D * D), 2],
    ] as const) {
      for (const rate of ratesOf(hutchPlusPlus(linear(matrix), { rng: rngOf(5), probes: 2, sketches }), 20)) {
        // rounding of the projection, with condition numbers of the sketch up to a hundred
        expect(Math.abs(rate - traceOf(matrix))).toBeLessThan(1e-10);
      }
    }
  });

  it("is unbiased, and its spread is less than Hutchinson's for a spectrum that falls fast", () => {
    const matrix = Float64Array.from({ length: D * D }, (_, at) => {
      const [i, j] = [Math.floor(at / D), at % D];
      return 3 ** -i * (i === j ? 1 : 0) + 2 * Math.cos(i) * Math.cos(j);
    });
    const options = { rng: rngOf(7), probes: 2 };
    const plus = moments(ratesOf(hutchPlusPlus(linear(matrix), { ...options, sketches: 2 }), 2000));
    const plain = moments(ratesOf(hutchinson(linear(matrix), options), 2000));
    expect(Math.abs(plus.mean - traceOf(matrix))).toBeLessThan(5 * Math.sqrt(plus.variance / 2000));
    expect(plus.variance).toBeLessThan(plain.variance / 5);
  });
});

describe("Jacobian-vector products", () => {
  const { field } = atomPath(cosine(), atoms(points(normal(rngOf(6), new Float64Array(8 * D)), D)));
  const x = points(normal(rngOf(8), new Float64Array(3 * D)), D);

  it("by columns give the closed-form divergence, from exact products and from differences", () => {
    const closed = field.quantities(0.6, x, ["divergence"]).values.divergence ?? new Float64Array();
    for (const [jvp, tolerance] of [
      [exactJvpField(field), 1e-11],
      [differenceJvpField(field, D), 1e-7], // ε^{2/3} = 4e-11 of third derivatives, which α³/β⁶ makes some thousands
    ] as const) {
      const [u, divergence] = [zerosLike(x), new Float64Array(3)];
      columnDivergence(jvp).evaluate(0.6, x, u, divergence);
      for (const [b, v] of closed.entries()) expect(Math.abs(v - divergence[b])).toBeLessThan(tolerance);
      expect(u.data).toEqual(field.evaluate(0.6, x, zerosLike(x)).data);
    }
    expect(() => differenceJvpField(field, D, 0)).toThrow("the step is 0");
  });
});

describe("estimateLogDensity", () => {
  const path = atomPath(condOt(), atoms(points(normal(rngOf(6), new Float64Array(5 * D)), D)), { bandwidth: 0.5 });
  const x = path.drawData(rngOf(11), 24);
  const options = {
    integrator: fixedSteps(rk4, 16),
    sourceLogDensity: (x0: Points) => path.field.quantities(0, x0, ["logDensity"]).values.logDensity ?? new Float64Array(),
  };
  const exact = flowLogDensity(exactDivergenceField(path.field), x, options).logDensity;

  it.each(["rademacher", "gaussian"] as const)("is within its stated standard error of the exact one, by %s probes", (law) => {
    const found = estimateLogDensity(hutchinson(exactJvpField(path.field), { rng: rngOf(2), probes: 16, law }), x, options);
    const z = found.logDensity.map((v, b) => (v - exact[b]) / found.standardError[b]);
    // Student with 15 degrees of freedom: variance 15/13, of whose mean over 24 points the standard error is 0.35 (kurtosis 3.5)
    const spread = z.reduce((sum, v) => sum + v * v, 0) / z.length;
    expect(spread).toBeGreaterThan(0.3);
    expect(spread).toBeLessThan(2.5);
    expect(found.probes).toBe(16);
  });

  it("has no uncertainty left with Hutch++ over all directions, and an unknown one with a single probe", () => {
    const jvp = exactJvpField(path.field);
    const whole = estimateLogDensity(hutchPlusPlus(jvp, { rng: rngOf(2), probes: 2, sketches: D }), x, options);
    for (const [b, v] of whole.logDensity.entries()) expect(Math.abs(v - exact[b])).toBeLessThan(1e-9);
    expect(Math.max(...whole.standardError)).toBeLessThan(1e-9);
    const one = estimateLogDensity(hutchinson(jvp, { rng: rngOf(2), probes: 1 }), x, options);
    expect([...one.standardError]).toEqual(Array(24).fill(Infinity));
  });

  it("asks a field that answers later for the same numbers", async () => {
    const few = { ...x, size: 2, data: x.data.slice(0, 2 * D) };
    const later: VectorField<Points, Promise<Points>> = { evaluate: async (t, at, out) => path.field.evaluate(t, at, out) };
    const probes = { rng: rngOf(2), probes: 2 };
    const fast = { ...options, integrator: fixedSteps(rk4, 5) };
    const now = estimateLogDensity(hutchPlusPlus(differenceJvpField(path.field, D, 1e-4), probes), few, fast);
    const then = await estimateLogDensityAsync(hutchPlusPlus(asyncDifferenceJvpField(later, D, 1e-4), probes), few, fast);
    expect(then).toEqual(now);
  });
});
