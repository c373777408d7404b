import { describe, expect, it } from "vitest";
import { atoms, gaussianMixture } from "../distribution/index.js";
import { atomPath, mixturePath } from "../field/index.js";
import { type Points, points, pointsOf, zerosLike } from "../points/index.js";
import { fork, normal, normalCdf, type Rng, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, type Scheduler, vp } from "../scheduler/index.js";
import {
  asyncScoreFieldOf,
  constantDiffusion,
  type Diffusion,
  drawStart,
  exactScoreField,
  exponentialSteps,
  generate,
  linearDiffusion,
  memorylessDiffusion,
  noDiffusion,
  noiseDiffusion,
  type ScoreField,
  type SdeMethod,
  type SdeOptions,
  scoreFieldOf,
  simulateSde,
  simulateSdeAsync,
  sineDiffusion,
} from "./index.js";

const MEANS = [-1.5, 0.8];
const WIDTH = 0.3;
const SHARES = [0.3, 0.7];
const mixture = gaussianMixture({
  means: pointsOf(MEANS.map((m) => [m])),
  covariances: { kind: "isotropic", variances: MEANS.map(() => WIDTH ** 2) },
  weights: SHARES,
});
const schedulers: readonly Scheduler[] = [condOt(), cosine(), linearVp(), vp()];
const SIZE = 1000;
const forkOfStep = (seed: number): Rng => fork(rngOf(seed), "step", 0);

/** Velocity and score of the mixture, written out for the line: the exact field in a thirtieth of the time. */
function lineField(scheduler: Scheduler): ScoreField {
  return {
    dim: 1,
    scheduler,
    evaluate(t, x, velocity, score) {
      const { alpha, beta, dAlpha, betaDBeta } = scheduler.at(t);
      const variance = beta * beta + alpha * alpha * WIDTH * WIDTH;
      for (let b = 0; b < x.size; b++) {
        let [mass, u, s] = [0, 0, 0];
        for (let k = 0; k < 2; k++) {
          const r = x.data[b] - alpha * MEANS[k];
          const weight = SHARES[k] * Math.exp((-r * r) / (2 * variance));
          mass += weight;
          u += weight * (dAlpha * MEANS[k] + ((alpha * dAlpha * WIDTH * WIDTH + betaDBeta) / variance) * r);
          s -= (weight * r) / variance;
        }
        velocity.data[b] = u / mass;
        score.data[b] = s / mass;
      }
    },
  };
}

/** P(X_t ≤ x) of the exact marginal: N(αm, β² + α²h²) for each component. */
function exactCdf(scheduler: Scheduler, t: number, x: number): number {
  const { alpha, beta } = scheduler.at(t);
  const deviation = Math.hypot(beta, alpha * WIDTH);
  return MEANS.reduce((sum, m, k) => sum + SHARES[k] * normalCdf((x - alpha * m) / deviation), 0);
}

/** The Kolmogorov–Smirnov distance of a sample from an exact law. */
function kolmogorov(sample: Points, cdf: (x: number) => number): number {
  const sorted = sample.data.slice().sort();
  return sorted.reduce((worst, x, i) => {
    const p = cdf(x);
    return Math.max(worst, p - i / sorted.length, (i + 1) / sorted.length - p);
  }, 0);
}

/** The worst distance over several times, the walk going on from each to the next. */
function worstOver(scheduler: Scheduler, options: Omit<SdeOptions, "rng">): number {
  const path = mixturePath(scheduler, mixture);
  const field = lineField(scheduler);
  const { from = 0, steps = 40 } = options;
  const { alpha, beta } = scheduler.at(from);
  const z = path.drawData(rngOf(1), SIZE);
  const noise = normal(rngOf(2), new Float64Array(SIZE));
  let x: Points = points(
    noise.map((e, b) => alpha * z.data[b] + beta * e),
    1,
  );
  let worst = 0;
  let begin = from;
  for (const [leg, t] of [0.3, 0.6, 0.9].map((tau) => scheduler.timeOfSnr(tau / (1 - tau))).entries()) {
    x = simulateSde(field, x, { ...options, steps, from: begin, to: t, rng: rngOf(100 + leg) }).y;
    worst = Math.max(
      worst,
      kolmogorov(x, (v) => exactCdf(scheduler, t, v)),
    );
    begin = t;
  }
  return worst;
}

// Kolmogorov: √n·D of exact draws exceeds 2.3 with probability 5e-5; the seeds are fixed, and 40 steps a leg stay within that too.
const LIMIT = 2.3 / Math.sqrt(SIZE);

describe("the stochastic equation keeps the marginals p_t", () => {
  const methods: readonly SdeMethod[] = ["exponential", "eulerMaruyama", "heun"];
  for (const scheduler of schedulers) {
    it.each(methods)(`under ${scheduler.name} by %s, for schedules g that differ in everything`, (method) => {
      for (const diffusion of [constantDiffusion(0.5), noiseDiffusion(2), linearDiffusion(2), sineDiffusion(1)]) {
        expect(worstOver(scheduler, { diffusion, method })).toBeLessThan(LIMIT);
      }
    });
  }

  it("for the memoryless schedule, infinite at t = 0: exponential steps from there, explicit ones from later", () => {
    for (const scheduler of schedulers) {
      // each step of order 1 in log s; the first forgets its start altogether
      expect(worstOver(scheduler, { diffusion: memorylessDiffusion(), method: "exponential", steps: 120 })).toBeLessThan(LIMIT);
      const from = scheduler.timeOfSnr(0.1);
      expect(worstOver(scheduler, { diffusion: memorylessDiffusion(), method: "heun", from })).toBeLessThan(LIMIT);
    }
    const field = lineField(condOt());
    const explicit = { diffusion: memorylessDiffusion(), method: "eulerMaruyama", rng: rngOf(0) } as const;
    expect(() => simulateSde(field, pointsOf([[0]]), explicit)).toThrow("g² is Infinity at t = 0");
  });

  it("where the field written out is the exact one", () => {
    for (const scheduler of schedulers) {
      const exact = exactScoreField(mixturePath(scheduler, mixture).field);
      const x = points(Float64Array.of(-2, -0.3, 0, 0.4, 1.7), 1);
      for (const t of [0.1, 0.5, 0.97]) {
        const [ours, theirs] = [lineField(scheduler), exact].map((field) => {
          const [u, s] = [zerosLike(x), zerosLike(x)];
          field.evaluate(t, x, u, s);
          return [...u.data, ...s.data];
        });
        for (const [d, v] of ours.entries()) expect(Math.abs(v - theirs[d])).toBeLessThan(1e-11 * Math.max(1, Math.abs(v)));
      }
    }
  });

  it("and the test has power: with the score left out the law is another", () => {
    const right = lineField(condOt());
    const wrong: ScoreField = {
      ...right,
      evaluate(t, x, velocity, score) {
        right.evaluate(t, x, velocity, score);
        score.data.fill(0);
      },
    };
    const start = points(normal(rngOf(2), new Float64Array(SIZE)), 1);
    const { y } = simulateSde(wrong, start, { diffusion: constantDiffusion(2), method: "heun", to: 0.9, rng: rngOf(3) });
    expect(kolmogorov(y, (v) => exactCdf(condOt(), 0.9, v))).toBeGreaterThan(2 * LIMIT);
  });

  it("has the weak order of its method: the variance of a Gaussian against the closed form", () => {
    // Linear drift keeps Gaussians, so the variance after each method follows from one probe each of drift and noise: no sampling.
    const scheduler = condOt();
    const one = gaussianMixture({ means: pointsOf([[0]]), covariances: { kind: "isotropic", variances: [0.25] } });
    const field = exactScoreField(mixturePath(scheduler, one).field);
    const variance = (t: number): number => 0.25 * t * t + (1 - t) ** 2;
    const errorOf = (method: SdeMethod, steps: number): number => {
      let v = variance(0.2);
      for (let n = 0; n < steps; n++) {
        const [from, to] = [0.2 + (0.6 * n) / steps, 0.2 + (0.6 * (n + 1)) / steps];
        const options = { diffusion: constantDiffusion(1), method, steps: 1, from, to, rng: rngOf(n) };
        const [zero, unit] = simulateSde(field, points(Float64Array.of(0, 0), 1), options).y.data;
        const moved = simulateSde(field, points(Float64Array.of(1, 0), 1), options).y.data[0];
        const [xi] = normal(forkOfStep(n), new Float64Array(2));
        v = (moved - zero) ** 2 * v + (zero / xi) ** 2;
        expect(Number.isFinite(unit)).toBe(true);
      }
      return Math.abs(v - variance(0.8));
    };
    for (const [method, order] of [
      ["eulerMaruyama", 1],
      ["exponential", 1],
      ["heun", 2],
    ] as const) {
      expect(Math.abs(Math.log2(errorOf(method, 96) / errorOf(method, 192)) - order)).toBeLessThan(0.15);
    }
  });
});

describe("the ends", () => {
  const path = atomPath(condOt(), atoms(pointsOf([[-2], [0.5], [3]]), [1, 2, 1]));
  const field = exactScoreField(path.field);
  const start = drawStart(path, rngOf(4), 400);

  it("lands on the data at t = 1, with the share of every atom, and never evaluates there", () => {
    for (const method of ["exponential", "heun", "eulerMaruyama"] as const) {
      let latest = 0;
      const { y } = simulateSde(field, start, {
        diffusion: noiseDiffusion(),
        method,
        steps: 50,
        rng: rngOf(8),
        onProgress: (_, t) => {
          latest = Math.max(latest, t);
        },
      });
      expect(latest).toBe(0.98);
      const at = Array.from(y.data, (x) => [-2, 0.5, 3].findIndex((z) => Math.abs(x - z) < 1e-6));
      expect(Math.min(...at)).toBe(0);
      const middle = at.filter((i) => i === 1).length;
      expect(Math.abs(middle - 200)).toBeLessThan(5 * 10); // five standard errors √(400/4)
    }
  });

  it("refuses a last step of its own kind at t = 1, where the field is singular", () => {
    const options = { diffusion: noiseDiffusion(), method: "heun", rng: rngOf(8), steps: 20, last: "step" } as const;
    expect(() => simulateSde(field, start, options)).toThrow("it diverges, since the path ends on the data points");
    const mean = simulateSde(field, start, { ...options, method: "eulerMaruyama", last: "mean" });
    expect(mean.y.data.every(Number.isFinite)).toBe(true);
  });

  it("does not run backwards", () => {
    const options = { diffusion: noDiffusion(), rng: rngOf(0), from: 0.9, to: 0.1 };
    expect(() => simulateSde(field, start, options)).toThrow("expected a later end");
  });
});

describe("without noise", () => {
  it("is the flow: DDIM by exponential steps, Heun's method by the explicit ones", () => {
    const path = atomPath(cosine(), atoms(pointsOf([[-2], [0.5], [3]])));
    const start = points(Float64Array.of(-1, 0.3, 2), 1);
    const options = { diffusion: noDiffusion(), rng: rngOf(0), steps: 20, to: 0.9 };
    const ddim = generate(path.field, start, { to: 0.9, integrator: exponentialSteps(cosine(), 20, { method: "ddim" }) });
    const { y } = simulateSde(exactScoreField(path.field), start, options);
    for (const [b, v] of ddim.y.data.entries()) expect(y.data[b]).toBeCloseTo(v, 12);
    const eta = simulateSde(exactScoreField(path.field), start, { ...options, diffusion: memorylessDiffusion(0) });
    expect(eta.y.data).toEqual(y.data);
  });
});

it("a model's velocity is enough: the same walk through the conversions, also when it answers later", async () => {
  const scheduler = cosine();
  const path = atomPath(scheduler, atoms(pointsOf([[-2], [0.5], [3]])));
  const start = points(Float64Array.of(-1, 0.3, 2), 1);
  const diffusion: Diffusion = constantDiffusion(0.3);
  const options = { diffusion, method: "heun", rng: rngOf(1), steps: 10, to: 0.8 } as const;
  const exact = simulateSde(exactScoreField(path.field), start, options);
  const model = simulateSde(scoreFieldOf(path.field, { dim: 1, scheduler }), start, options);
  for (const [b, v] of exact.y.data.entries()) expect(model.y.data[b]).toBeCloseTo(v, 12);
  const later = { evaluate: async (t: number, x: Points, out: Points) => path.field.evaluate(t, x, out) };
  const asynchronous = await simulateSdeAsync(asyncScoreFieldOf(later, { dim: 1, scheduler }), start, options);
  expect(asynchronous.y.data).toEqual(model.y.data);
  expect(asynchronous.nfe).toBe(20);
});
