import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { pointSpace, recordStates, type VectorField } from "../ode/index.js";
import { conversion } from "../path/index.js";
import { type Points, points, pointsOf, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, polynomial, type Scheduler, squareRoot, vp } from "../scheduler/index.js";
import { correctorWeights, predictorWeights } from "./exponential-weights.js";
import { adaptiveSteps, type ExponentialMethod, exponentialMethods, exponentialSteps, generate } from "./index.js";

const schedulers: readonly Scheduler[] = [condOt(), cosine(), linearVp(), squareRoot(), vp()];
const plane = atoms(
  pointsOf([
    [1.2, -0.4],
    [-0.9, 0.8],
    [0.3, 1.5],
  ]),
  [1, 2, 1],
);
const start = points(normal(rngOf(3), new Float64Array(8)), 2);
const distance = (x: Points, y: Points): number => Math.hypot(...x.data.map((v, d) => v - y.data[d]));

describe("exponentialSteps", () => {
  it("integrates a constant denoiser exactly, whatever the scheduler, the method and the steps", () => {
    const z = [0.7, -1.3];
    for (const scheduler of schedulers) {
      const field: VectorField = {
        evaluate(t, x, out) {
          const c = conversion("denoiser", "velocity", scheduler.at(t));
          for (let d = 0; d < x.data.length; d++) out.data[d] = c.x * x.data[d] + c.value * z[d % 2];
          return out;
        },
      };
      for (const method of exponentialMethods) {
        const { y, nfe } = generate(field, start, { integrator: exponentialSteps(scheduler, 5, { method }), to: 0.9 });
        expect(nfe).toBe(5);
        const [first, last] = [scheduler.at(0), scheduler.at(0.9)];
        for (let d = 0; d < y.data.length; d++) {
          const noise = (start.data[d] - first.alpha * z[d % 2]) / first.beta;
          // a dozen roundings of numbers of size 1 in each of five steps; the slope of vp is 10 near the noise
          expect(Math.abs(y.data[d] - last.alpha * z[d % 2] - last.beta * noise)).toBeLessThan(1e-13);
        }
        const end = generate(field, start, { integrator: exponentialSteps(scheduler, 3, { method }) });
        for (let d = 0; d < y.data.length; d++) expect(Math.abs(end.y.data[d] - z[d % 2])).toBeLessThan(1e-13);
      }
    }
  });

  /** Slope of log error over log steps against a fine reference. */
  function orderOf(scheduler: Scheduler, method: ExponentialMethod): number {
    const { field } = atomPath(scheduler, plane, { bandwidth: 0.3 });
    const [from, to] = [scheduler.timeOfSnr(0.3), scheduler.timeOfSnr(4)];
    const exact = generate(field, start, { from, to, integrator: adaptiveSteps({ rtol: 1e-12, atol: 1e-13 }) }).y;
    const errorOf = (steps: number): number =>
      distance(exact, generate(field, start, { from, to, integrator: exponentialSteps(scheduler, steps, { method }) }).y);
    return Math.log2(errorOf(160) / errorOf(320));
  }

  // the next term of the error expansion is 1/320 relative, times constants of a few tens
  it.each([
    ["ddim", 1],
    ["dpm++2m", 2],
    ["unipc", 3],
  ] as const)("%s is of order %i on the exact field, for every scheduler", (method, order) => {
    for (const scheduler of [...schedulers, polynomial(2)])
      expect(Math.abs(orderOf(scheduler, method) - order)).toBeLessThan(0.2);
  });

  it("visits the same w = x/β under every scheduler when the grid is one in s", () => {
    const ratios = [0.1, 0.4, 1, 2, 5];
    const noise = start;
    for (const method of exponentialMethods) {
      const ends = [condOt(), cosine(), polynomial(3)].map((scheduler) => {
        const times = Float64Array.from(ratios, (s) => scheduler.timeOfSnr(s));
        const { field } = atomPath(scheduler, plane);
        const begin = { ...noise, data: noise.data.map((w) => w * scheduler.at(times[0]).beta) };
        const integrator = exponentialSteps(scheduler, 4, { method, grid: () => times });
        const { y } = generate(field, begin, { integrator });
        return y.data.map((x) => x / scheduler.at(times[4]).beta);
      });
      // the times invert s to a few ulp, and four steps keep that
      for (const other of ends.slice(1)) expect(Math.max(...other.map((w, d) => Math.abs(w - ends[0][d])))).toBeLessThan(1e-12);
    }
  });

  it("takes the prediction that a network makes, with the same result", () => {
    const scheduler = cosine();
    const { field } = atomPath(scheduler, plane);
    const as = (name: "velocity" | "denoiser" | "noise" | "score"): VectorField => ({
      evaluate(t, x, out) {
        out.data.set(field.quantities(t, x, [name]).values[name] ?? []);
        return out;
      },
    });
    const run = (prediction: "velocity" | "denoiser" | "noise" | "score"): Points =>
      generate(as(prediction), start, { from: 0.1, to: 1, integrator: exponentialSteps(scheduler, 6, { prediction }) }).y;
    for (const name of ["denoiser", "noise", "score"] as const) expect(distance(run(name), run("velocity"))).toBeLessThan(1e-12);
    expect(() => generate(as("noise"), start, { integrator: exponentialSteps(scheduler, 2, { prediction: "noise" }) })).toThrow(
      "Cannot convert noise to denoiser",
    );
  });

  it("ends on the denoiser at t = 1, without evaluating the singular field there", () => {
    const times: number[] = [];
    const path = atomPath(condOt(), plane);
    for (const method of exponentialMethods) {
      const onProgress = (_: number, t: number): void => void times.push(t);
      const { y } = generate(path.field, start, { integrator: exponentialSteps(condOt(), 64, { method }), onProgress });
      const nearest = path.field.quantities(1, y, ["denoiser"]).values.denoiser ?? [];
      expect(distance(y, { ...zerosLike(y), data: Float64Array.from(nearest) })).toBeLessThan(1e-9); // e^{−64²·gap²/2} is 0
    }
    expect(Math.max(...times)).toBeLessThan(1);
  });

  it("encodes: back and forth along a fine grid is the identity up to the order", () => {
    const { field } = atomPath(condOt(), plane, { bandwidth: 0.3 });
    const loop = (steps: number): number => {
      const integrator = exponentialSteps(condOt(), steps, { method: "unipc" });
      const there = generate(field, start, { from: 0.1, to: 0.8, integrator });
      return distance(start, generate(field, there.y, { from: 0.8, to: 0.1, integrator }).y);
    };
    expect(loop(100)).toBeLessThan(1e-4);
    expect(loop(200)).toBeLessThan(loop(100) / 6); // third order: 8 up to higher terms
    expect(() => generate(field, start, { from: 1, to: 0, integrator: exponentialSteps(condOt(), 4) })).toThrow(RangeError);
  });

  it("shows every state once, in order, and stops where the state is no longer finite", () => {
    const record = recordStates(pointSpace);
    const { field } = atomPath(condOt(), plane);
    const integrator = exponentialSteps(condOt(), 4, { method: "unipc" });
    const { y } = generate(field, start, { integrator, onStep: record.onStep });
    expect(record.times).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(record.states[4]).toEqual(y);
    const broken: VectorField = {
      evaluate(t, _, out) {
        out.data.fill(t > 0.3 ? Number.NaN : 1);
        return out;
      },
    };
    expect(() => generate(broken, start, { integrator })).toThrow("not finite at t = 0.5");
  });
});

describe("the weights of a step", () => {
  it("sum to one, and the corrector is exact for polynomials of degree two in log s", () => {
    for (const [before, s, next] of [
      [0.5, 0.7, 1.1],
      [1, 4, 30],
      [3, 2.99, 2.98],
    ]) {
      expect(predictorWeights(before, s, next).reduce((a, b) => a + b)).toBeCloseTo(1, 14);
      const weights = correctorWeights(before, s, next);
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      // ∫ (log s)^k ds has the closed forms s·l − s and s(l² − 2l + 2)
      const integrals = [(v: number) => v * Math.log(v) - v, (v: number) => v * (Math.log(v) ** 2 - 2 * Math.log(v) + 2)];
      for (const [k, integral] of integrals.entries()) {
        const sum = [next, s, before].reduce((total, v, j) => total + weights[j] * Math.log(v) ** (k + 1), 0);
        // cancellation in the two primitives over steps of 0.3 per cent
        expect(Math.abs(sum - (integral(next) - integral(s)) / (next - s))).toBeLessThan(1e-11);
      }
    }
  });

  it("fall to lower order at the ends of the path, where log s is infinite", () => {
    expect(predictorWeights(undefined, 0, 0.5)).toEqual([1, 0]);
    expect(predictorWeights(0, 0.5, 1)[0]).toBe(1);
    expect(predictorWeights(0.5, 1, Infinity)).toEqual([1, 0]);
    expect(correctorWeights(0, 0.5, 1)).toEqual([0.5, 0.5, 0]);
  });
});
