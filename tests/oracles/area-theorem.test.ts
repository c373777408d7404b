import {
  atomPath,
  atoms,
  conditionalVelocity,
  condOt,
  cosine,
  exactDivergenceField,
  floorOf,
  flowLogDensity,
  type Points,
  points,
  pointsOf,
  rngOf,
  type Scheduler,
} from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { draws, quantity, velocity } from "./exact.js";

/*
 * O10: what the posterior covariance adds up to. On the line every average over p_t is an integral that the trapezoid rule
 * takes to rounding, so nothing here is sampled but where a test says so.
 */
const z = [-1.6, 0.1, 1.2];
const weights = [0.3, 0.5, 0.2];
const data = atoms(pointsOf(z.map((v) => [v])), weights);
const entropy = -weights.reduce((sum, w) => sum + w * Math.log(w), 0);
const straight = atomPath(condOt(), data);

/** Points across p_t and the mass p_t(x)·dx of each: the trapezoid rule, which converges geometrically here. */
function masses(path: typeof straight, t: number): { x: Points; mass: Float64Array } {
  const { alpha, beta } = path.field.scheduler.at(t);
  const [low, high, n] = [
    alpha * z[0] - 9 * beta,
    alpha * z[2] + 9 * beta,
    Math.ceil(40 + (12 * (alpha * 2.8 + 18 * beta)) / (6 * beta)),
  ];
  const x = points(
    Float64Array.from({ length: n + 1 }, (_, k) => low + ((high - low) * k) / n),
    1,
  );
  return { x, mass: quantity(path.field, "logDensity", t, x).map((v) => (Math.exp(v) * (high - low)) / n) };
}

/** E f(x) over p_t. */
function average(path: typeof straight, t: number, f: (x: Points) => Float64Array): number {
  const { x, mass } = masses(path, t);
  return f(x).reduce((sum, v, k) => sum + v * mass[k], 0);
}

const END = 22; // (s·1.1)²/8 is 73 there: what is left of E tr Cov is below 1e-30
const STEPS = 1100;
const ratio = (k: number): number => (END * k) / STEPS;
const timeAt = (s: number): number => s / (1 + s);
const traces = Array.from({ length: STEPS + 1 }, (_, k) => {
  const t = timeAt(ratio(k));
  return average(straight, t, (x) => quantity(straight.field, "traceCov", t, x));
});
/** Simpson's rule up to an even k. */
const simpson = (f: (k: number) => number, upTo: number): number => {
  let sum = 0;
  for (let k = 0; k <= upTo; k++) sum += (k === 0 || k === upTo ? 1 : k % 2 === 1 ? 4 : 2) * f(k);
  return (sum * END) / STEPS / 3;
};
const information = (k: number): number => simpson((j) => ratio(j) * traces[j], k);

test("p_t has mass one at every t", () => {
  for (const t of [0, 0.3, 0.8, 0.95]) expect(average(straight, t, (x) => new Float64Array(x.size).fill(1))).toBeCloseTo(1, 13);
});

test("the area ∫ s·E tr Cov ds is the entropy of the data", () => {
  expect(Math.abs(information(STEPS) - entropy)).toBeLessThan(1e-8); // Simpson at ds = 0.02: ds⁴ = 1.6e-7, times f⁗/180
});

test("E H(λ_s) = H − ∫₀^s s·E tr Cov ds, and never below the capacity bound H − ½ log(1 + s²·Var)", () => {
  const variance = straight.traceCov;
  for (let k = 0; k <= STEPS; k += 50) {
    const [s, t] = [ratio(k), timeAt(ratio(k))];
    const left = average(straight, t, (x) => quantity(straight.field, "entropy", t, x));
    expect(Math.abs(left - (entropy - information(k)))).toBeLessThan(1e-7);
    expect(left).toBeGreaterThanOrEqual(entropy - 0.5 * Math.log1p(s * s * variance) - 1e-12);
  }
});

test("floorOf finds ∫ E tr Cov ds, the floor under straight paths, within five standard errors", () => {
  const floor = floorOf(straight, { rng: rngOf(3), samples: 2000 });
  const exact = simpson((k) => traces[k], STEPS);
  expect(Math.abs(floor.value - exact)).toBeLessThan(5 * floor.standardError + floor.quadratureError);
  expect(floor.standardError).toBeLessThan(0.03 * exact);
});

describe.each([condOt(), cosine()].map((s) => [s.name, s] as const))("losses under %s", (_, scheduler: Scheduler) => {
  const path = atomPath(scheduler, data);
  /** A field that is wrong in a smooth way. */
  const model = (t: number, x: number): number => Math.sin(1.3 * x + t) - 0.4 * x;

  test.each([0.05, 0.3, 0.6, 0.9])("L_CFM − L_FM = b²·E tr Cov at t = %d, for a field however wrong", (t) => {
    const at = scheduler.at(t);
    const { x, mass } = masses(path, t);
    const lambda = path.field.posterior.weights(x, at);
    const u = velocity(path.field, t, x);
    let [cfm, fm] = [0, 0];
    x.data.forEach((v, k) => {
      const guess = model(t, v);
      fm += mass[k] * (guess - u[k]) ** 2;
      z.forEach((atom, i) => {
        const [target] = conditionalVelocity(at, pointsOf([[v]]), pointsOf([[atom]])).data;
        cfm += mass[k] * lambda[3 * k + i] * (guess - target) ** 2;
      });
    });
    const b = at.dAlpha - (at.alpha * at.dBeta) / at.beta;
    const floor = b * b * average(path, t, (all) => quantity(path.field, "traceCov", t, all));
    expect(Math.abs(cfm - fm - floor)).toBeLessThan(1e-12 * cfm);
    expect(fm).toBeGreaterThan(0.01);
  });
});

test("the log-density carried by −∫∇·u along the flow is the closed form", () => {
  const rows = draws(7, 9, 3);
  const path = atomPath(cosine(), atoms(rows));
  const x = points(
    draws(8, 4, 3).data.map((v) => 0.6 * v),
    3,
  );
  const t = 0.75;
  const { logDensity } = flowLogDensity(exactDivergenceField(path.field), x, {
    t,
    sourceLogDensity: (x0) => quantity(path.field, "logDensity", 0, x0),
  });
  const closed = quantity(path.field, "logDensity", t, x);
  // 1e-8 a step over about a hundred steps; off the path the divergence changes fast where basins part.
  logDensity.forEach((v, b) => {
    expect(Math.abs(v - closed[b])).toBeLessThan(1e-6);
  });
});
