import {
  adaptiveSteps,
  atomPath,
  atoms,
  changeScheduler,
  columnDivergence,
  condOt,
  conversion,
  cosine,
  drawMarginal,
  estimateLogDensity,
  exactDivergenceField,
  exactJvpField,
  exactScoreField,
  fixedSteps,
  flowLogDensity,
  generate,
  heun,
  hutchinson,
  linearVp,
  noiseDiffusion,
  normal,
  type Points,
  points,
  pointsOf,
  polynomial,
  rk4,
  rngOf,
  shiftedGrid,
  shiftTime,
  simulateSde,
  stepGrid,
  uniformGrid,
  type VectorField,
  vp,
  zerosLike,
} from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { parity } from "./load.js";

/** Laws that a peer was seen to break, each by running it; the tests of samplers and likelihoods say them again in full. */
const EPS = Number.EPSILON;
const image = 28; // pixels of a flattened 4 × 7 picture
const pictures = atoms(points(normal(rngOf(1), new Float64Array(6 * image)), image));
const one: VectorField = { evaluate: (_, __, out) => ({ ...out, data: out.data.fill(1) }) };

describe("time", () => {
  test("a grid from 0.5 to 1 moves a unit velocity by 0.5, and one from 1 to 0 by −1", () => {
    const x0 = pointsOf([[0]]);
    const integrator = fixedSteps(rk4, 10);
    expect(generate(one, x0, { from: 0.5, to: 1, integrator }).y.data[0]).toBeCloseTo(0.5, 14);
    expect(generate(one, x0, { from: 1, to: 0, integrator }).y.data[0]).toBeCloseTo(-1, 14);
  });

  test("a step size makes steps: none is swallowed by the two ends of a grid", () => {
    expect(stepGrid(0.25)).toEqual(uniformGrid(4));
    const { nfe } = generate(one, pointsOf([[0]]), { integrator: fixedSteps(heun, 4) });
    expect(nfe).toBe(8);
  });
});

describe("a shift of the time grid is applied once", () => {
  interface File {
    readonly cases: { shift: number; n: number; single_shift: number[]; set_timesteps_head: number[]; max_abs_diff: number }[];
  }
  const { cases } = parity<File>("diffusers_double_shift");

  test.each(cases)("shift $shift, $n steps: their single shift, not the double one", ({ shift, n, single_shift, ...file }) => {
    // their grid of noise levels runs uniformly from σ = 1 to 0.001 before the shift; ours in t = 1 − σ
    const grid = shiftedGrid(n - 1, shift, { from: 0, to: 0.999 });
    const sigmas = Array.from(grid, (t) => 1 - t).slice(-single_shift.length);
    for (const [k, sigma] of sigmas.entries()) expect(Math.abs(sigma - single_shift[k])).toBeLessThan(4 * EPS);
    if (shift !== 1) {
      const twice = Array.from(grid, (t) => 1 - shiftTime(t, shift)).slice(-single_shift.length);
      const worst = Math.max(...twice.map((sigma, k) => Math.abs(sigma - single_shift[k])));
      expect(worst).toBeGreaterThan(file.max_abs_diff / 4);
    }
  });

  test("shifts compose: k after k is k², which is why a second one is wrong", () => {
    for (const t of [0.1, 0.5, 0.9]) expect(shiftTime(shiftTime(t, 3), 3)).toBeCloseTo(shiftTime(t, 9), 15);
  });
});

describe("divergence", () => {
  test("is exact on flattened images: closed form, and column by column", () => {
    const { field } = atomPath(cosine(), pictures);
    const x = drawMarginal(atomPath(cosine(), pictures), 0.5, rngOf(2), 3);
    const [u, closed, columns] = [zerosLike(x), new Float64Array(3), new Float64Array(3)];
    exactDivergenceField(field).evaluate(0.5, x, u, closed);
    columnDivergence(exactJvpField(field)).evaluate(0.5, x, u, columns);
    // 28 products of size 10, each with some tens of roundings
    for (const [b, v] of closed.entries()) expect(Math.abs(v - columns[b])).toBeLessThan(1e-11 * Math.max(1, Math.abs(v)));
  });

  test("is not zero in any of these likelihoods: an expanding flow changes the density by e^{−D}", () => {
    const grow = {
      dim: 2,
      evaluate(_: number, x: Points, velocity: Points, divergence: Float64Array) {
        velocity.data.set(x.data);
        divergence.fill(2);
      },
    };
    const sourceLogDensity = (x0: Points): Float64Array =>
      Float64Array.from(
        { length: x0.size },
        (_, b) => -0.5 * (x0.data[2 * b] ** 2 + x0.data[2 * b + 1] ** 2) - Math.log(2 * Math.PI),
      );
    const { logDensity } = flowLogDensity(grow, pointsOf([[1, 1]]), { sourceLogDensity });
    expect(logDensity[0]).toBeCloseTo(-Math.exp(-2) - Math.log(2 * Math.PI) - 2, 7);
  });

  test("estimated by Hutchinson comes with a standard error that holds, from one fixed set of probes", () => {
    const path = atomPath(condOt(), pictures, { bandwidth: 1 });
    const x = path.drawData(rngOf(3), 16);
    const sourceLogDensity = (x0: Points): Float64Array =>
      path.field.quantities(0, x0, ["logDensity"]).values.logDensity ?? x0.data;
    const options = { integrator: fixedSteps(rk4, 12), sourceLogDensity };
    const exact = flowLogDensity(exactDivergenceField(path.field), x, options).logDensity;
    const probes = { rng: rngOf(4), probes: 12 };
    const found = estimateLogDensity(hutchinson(exactJvpField(path.field), probes), x, options);
    const again = estimateLogDensity(hutchinson(exactJvpField(path.field), probes), x, options);
    expect(again).toEqual(found);
    // Student with 11 degrees of freedom: beyond 6 once in 10,000
    for (const [b, v] of found.logDensity.entries()) expect(Math.abs(v - exact[b])).toBeLessThan(6 * found.standardError[b]);
    expect(Math.min(...found.standardError)).toBeGreaterThan(0);
  });
});

describe("ends", () => {
  const schedulers = [condOt(), cosine(), linearVp(), vp(), polynomial(2)];

  test("every conversion is finite there or refused by name: never NaN", () => {
    const names = ["velocity", "denoiser", "noise", "score"] as const;
    for (const scheduler of schedulers) {
      for (const t of [0, 1]) {
        for (const from of names) {
          for (const to of names) {
            try {
              const { x, value } = conversion(from, to, scheduler.at(t));
              expect(Number.isFinite(x) && Number.isFinite(value)).toBe(true);
            } catch (error) {
              expect(error).toBeInstanceOf(RangeError);
              expect((error as Error).message).toContain(`Cannot convert ${from} to ${to}`);
            }
          }
        }
      }
    }
  });

  test("a changed scheduler gives the velocity of the new path at both ends, or says why it cannot", () => {
    const smooth = (scheduler: ReturnType<typeof condOt>) =>
      atomPath(scheduler, atoms(pointsOf([[-1], [2]])), { bandwidth: 0.4 });
    const x = pointsOf([[0.3], [-1.7]]);
    let compared = 0;
    for (const from of schedulers) {
      for (const to of schedulers) {
        for (const r of [0, 1]) {
          let changed: Float64Array;
          try {
            changed = changeScheduler(smooth(from).field, from, to).evaluate(r, x, zerosLike(x)).data;
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            continue;
          }
          const own = smooth(to).field.evaluate(r, x, zerosLike(x)).data;
          for (const [d, v] of own.entries()) expect(Math.abs(v - changed[d])).toBeLessThan(1e-9 * Math.max(1, Math.abs(v)));
          compared++;
        }
      }
    }
    console.log(compared);
    expect(compared).toBeGreaterThan(20); // of 50: vp does not reach the others at t = 0
  });

  test("one step, or a grid that ends at t = 1, leaves no NaN: the last one lands on the data", () => {
    const path = atomPath(condOt(), pictures);
    const x0 = path.drawSource(rngOf(5), 4);
    for (const steps of [1, 2, 10]) {
      const { y } = simulateSde(exactScoreField(path.field), x0, { diffusion: noiseDiffusion(), rng: rngOf(6), steps });
      expect(y.data.every(Number.isFinite)).toBe(true);
    }
  });
});

test("stochastic sampling keeps the marginal: mean and variance of p_t, for four schedulers", () => {
  const data = atoms(pointsOf([[-1], [2]]), [2, 1]);
  for (const scheduler of [condOt(), cosine(), linearVp(), vp()]) {
    const path = atomPath(scheduler, data);
    const t = scheduler.timeOfSnr(1.5);
    const x0 = drawMarginal(path, 0, rngOf(7), 800);
    const options = { diffusion: noiseDiffusion(1), rng: rngOf(8), steps: 30, to: t };
    const { y } = simulateSde(exactScoreField(path.field), x0, options);
    const { alpha, beta } = scheduler.at(t);
    const variance = 2 * alpha * alpha + beta * beta; // the data have mean 0 and variance 2
    const mean = y.data.reduce((sum, v) => sum + v, 0) / y.size;
    const square = y.data.reduce((sum, v) => sum + v * v, 0) / y.size;
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / y.size));
    // a fourth moment of at most 3·variance²; 30 steps add a relative 1/100
    expect(Math.abs(square / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / y.size) + 0.02);
  }
});

test("a sampler reads its start from `from`, forwards and back again", () => {
  const path = atomPath(condOt(), pictures, { bandwidth: 0.5 });
  const x = drawMarginal(path, 0.4, rngOf(9), 3);
  const integrator = adaptiveSteps({ rtol: 1e-9, atol: 1e-11 });
  const there = generate(path.field, x, { from: 0.4, to: 0.9, integrator }).y;
  const back = generate(path.field, there, { from: 0.9, to: 0.4, integrator }).y;
  for (const [d, v] of back.data.entries()) expect(Math.abs(v - x.data[d])).toBeLessThan(1e-6);
});
