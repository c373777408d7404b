import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { heun, rk4, type VectorField } from "../ode/index.js";
import { type Points, pointsOf, zeros } from "../points/index.js";
import { normalCdf, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, vp } from "../scheduler/index.js";
import {
  adaptiveSteps,
  drawStart,
  exactDivergenceField,
  exactFlow,
  fixedSteps,
  flowLogDensity,
  flowLogDensityAsync,
  generate,
  generateAsync,
  lastTime,
  SolveError,
} from "./index.js";

const rng = rngOf(5);
const line = atoms(pointsOf([[-2], [0.5], [3]]), [1, 2, 1]);
const plane = atoms(
  pointsOf([
    [1.2, -0.4],
    [-0.9, 0.8],
    [0.3, 1.5],
  ]),
);

describe("exactFlow", () => {
  it("ends on the atoms that the quantile coupling of one dimension names, with all weight on one", () => {
    for (const scheduler of [condOt(), cosine(), linearVp()]) {
      const x0 = pointsOf([-2.5, -1, -0.6, -0.4, 0, 0.4, 0.6, 0.8, 2].map((v) => [v]));
      const { x, index, weight } = exactFlow(atomPath(scheduler, line), x0);
      const expected = Array.from(x0.data, (v) => (normalCdf(v) < 0.25 ? 0 : normalCdf(v) < 0.75 ? 1 : 2));
      expect([...index]).toEqual(expected);
      expect(Math.min(...weight)).toBe(1);
      // The posterior is one-hot to the last bit there, so that the mean is the atom up to the rounding of w z / w.
      for (const [b, i] of expected.entries()) expect(x.data[b]).toBeCloseTo([-2, 0.5, 3][i], 14);
    }
  });

  it("integrates smoothed data to t = 1 itself", () => {
    const path = atomPath(condOt(), plane, { bandwidth: 0.3 });
    expect(lastTime(path)).toBe(1);
    expect(lastTime(atomPath(condOt({ sigmaMin: 0.1 }), plane))).toBe(1);
    expect(lastTime(atomPath(condOt(), plane))).toBeCloseTo(1000 / 1001, 15);
    const { x, nfe } = exactFlow(path, path.drawSource(rng, 4));
    expect(x.data.every(Number.isFinite)).toBe(true);
    expect(nfe).toBeGreaterThan(10);
  });
});

describe("generate", () => {
  const turn: VectorField = {
    evaluate(_, x, out) {
      for (let b = 0; b < x.size; b++) {
        out.data[2 * b] = -x.data[2 * b + 1];
        out.data[2 * b + 1] = x.data[2 * b];
      }
      return out;
    },
  };
  const start = pointsOf([[1, 0]]);

  it("goes there and back to within its tolerance", () => {
    const there = generate(turn, start, { to: 2 });
    const back = generate(turn, there.y, { from: 2, to: 0 });
    expect(there.y.data[0]).toBeCloseTo(Math.cos(2), 5);
    expect(back.y.data[0]).toBeCloseTo(1, 5);
  });

  it("gives the same bytes from a field that answers later", async () => {
    const later = { evaluate: async (t: number, x: Points, out: Points) => turn.evaluate(t, x, out) };
    const options = { integrator: fixedSteps(heun, 7) };
    expect((await generateAsync(later, start, options)).y.data).toEqual(generate(turn, start, options).y.data);
  });

  it("throws a SolveError with the last good state when the field stops being finite", () => {
    const broken: VectorField = {
      evaluate(t, _, out) {
        out.data.fill(t > 0.5 ? Number.NaN : 1);
        return out;
      },
    };
    expect(() => generate(broken, start)).toThrow(SolveError);
    expect(() => generate(broken, start, { integrator: fixedSteps(rk4, 10) })).toThrow(
      /Cannot finish the solve: the field or the state was not finite at t = 0.5/,
    );
  });
});

describe("flowLogDensity", () => {
  it("equals the closed form of the exact field within the tolerance of the solver", async () => {
    for (const scheduler of [condOt(), cosine(), vp()]) {
      const path = atomPath(scheduler, plane);
      const x = pointsOf([
        [0.2, 0.3],
        [-1, 0.5],
      ]);
      const t = scheduler.timeOfSnr(1.5);
      const options = {
        t,
        sourceLogDensity: (x0: Points) => path.field.quantities(0, x0, ["logDensity"]).values.logDensity ?? new Float64Array(0),
      };
      const { logDensity } = flowLogDensity(exactDivergenceField(path.field), x, options);
      const closed = path.field.quantities(t, x, ["logDensity"]).values.logDensity ?? [];
      // 1e-8 a step over about a hundred steps of an expansive flow.
      for (const [b, v] of logDensity.entries()) expect(Math.abs(v - closed[b])).toBeLessThan(1e-6);
      const field = exactDivergenceField(path.field);
      const later = { dim: 2, evaluate: async (...args: Parameters<typeof field.evaluate>) => field.evaluate(...args) };
      expect((await flowLogDensityAsync(later, x, options)).logDensity).toEqual(logDensity);
    }
  });
});

describe("integrators and starts", () => {
  it("draws p_0 of vp with its own signal, not N(0, I)", () => {
    const far = atoms(pointsOf([[1000], [1001]]));
    const x = drawStart(atomPath(vp(), far), rng, 2000);
    const mean = x.data.reduce((sum, v) => sum + v, 0) / x.size;
    // α_0 · 1000.5 = 6.575, standard error 1/√2000.
    expect(Math.abs(mean - vp().sourceSignal * 1000.5)).toBeLessThan(5 / Math.sqrt(2000));
  });

  it("keeps to the number of steps of a fixed method and passes on bad tolerances", () => {
    const still: VectorField = { evaluate: (_, __, out) => ({ ...out, data: out.data.fill(0) }) };
    expect(generate(still, zeros(1, 1), { integrator: fixedSteps(rk4, 6) }).nfe).toBe(24);
    expect(() => generate(still, zeros(1, 1), { integrator: adaptiveSteps({ atol: 0 }) })).toThrow(RangeError);
  });
});
