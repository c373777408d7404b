import { describe, expect, test } from "vitest";
import { onPath, problem } from "../../../../conformance/posterior-problems.js";
import { expectContinuity, expectJacobian, expectScore } from "../../../../tests/support/field-laws.js";
import { assignment, otCoupling, sinkhorn, squaredDistances } from "../coupling/index.js";
import { atomPosterior, marginalField, type Quantity } from "../field/index.js";
import {
  bridgeNoise,
  constantNoise,
  encodingDecodingInterpolant,
  interpolantBatch,
  linearInterpolant,
  logisticNoise,
  mirrorInterpolant,
  type PairCurve,
  type PairNoise,
  quadraticNoise,
  trigonometricInterpolant,
} from "../path/index.js";
import { type Points, points, pointsOf, row, takeRows, zerosLike } from "../points/index.js";
import { choice, cumulativeSum, fork, normal, rngOf } from "../random/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import { pairField } from "./pair-field.js";
import { allPairs, coupledPairs, type Pairs, pairs, planPairs } from "./pairs.js";

const cloud = (size: number, key: number, shift = 0): Points =>
  points(
    normal(rngOf(key), new Float64Array(2 * size)).map((v) => v + shift),
    2,
  );

/** The optimal plan between two clouds. */
const optimal = (size: number): Pairs => {
  const [x0, x1] = [cloud(size, 61), cloud(size, 62, 1)];
  return pairs(x0, takeRows(x1, assignment(squaredDistances(x0, x1), size).columnOfRow));
};

/** u_t(x) as the definition has it: every pair's velocity times its density, over the sum of the densities. */
function naive(scheduler: PairCurve, { x0, x1, logWeights }: Pairs, noise: PairNoise, t: number, x: Float64Array): number[] {
  const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
  const { variance, halfRate } = noise.at(t);
  const gapOf = (i: number, d: number) => x[d] - (alpha * row(x1, i)[d] + beta * row(x0, i)[d]);
  const logits = logWeights.map((w, i) => w - (gapOf(i, 0) ** 2 + gapOf(i, 1) ** 2) / (2 * variance));
  const densities = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const mass = densities.reduce((sum, p) => sum + p, 0);
  return [0, 1].map((d) => {
    const terms = densities.map((p, i) => {
      return p * (dAlpha * row(x1, i)[d] + dBeta * row(x0, i)[d] + (halfRate / variance) * gapOf(i, d));
    });
    return terms.reduce((sum, v) => sum + v, 0) / mass;
  });
}

const arc = trigonometricInterpolant(quadraticNoise(2.5));
const coding = encodingDecodingInterpolant();
const mirror = mirrorInterpolant(bridgeNoise(Math.SQRT2));

const cases: [string, PairCurve, Pairs, PairNoise][] = [
  ["I-CFM with σ = 0.3", condOt(), pairs(cloud(20, 60), cloud(20, 63, 2)), constantNoise(0.3)],
  ["OT-CFM with σ = 0.5, an optimal plan", condOt(), optimal(12), constantNoise(0.5)],
  [
    "a bridge with σ = 0.8",
    condOt(),
    pairs(
      cloud(15, 64),
      cloud(15, 65, 1),
      Float64Array.from({ length: 15 }, (_, i) => 1 + i),
    ),
    bridgeNoise(0.8),
  ],
  [
    "an independent coupling on the cosine arc",
    cosine(),
    allPairs(problem(5, 2, 66).atoms, problem(7, 2, 67).atoms),
    constantNoise(0.6),
  ],
  ["a linear interpolant with a logistic γ", condOt(), optimal(10), logisticNoise()],
  ["a trigonometric interpolant", arc.curve, optimal(10), arc.noise],
  ["encoding and decoding", coding.curve, optimal(10), coding.noise],
  ["a mirror interpolant", mirror.curve, pairs(cloud(10, 72), cloud(10, 72)), mirror.noise],
];

describe.each(cases)("%s", (_, scheduler, some, noise) => {
  const field = pairField(scheduler, some, noise);
  const x = cloud(4, 68, 0.5);

  test("is the average of the pairs' velocities", () => {
    for (const t of [0.1, 0.5, 0.8]) {
      const out = field.evaluate(t, x, zerosLike(x));
      for (let b = 0; b < 4; b++) {
        naive(scheduler, some, noise, t, row(x, b)).forEach((want, d) => {
          // Logits of size ‖x‖²/s² are rounded, and differences of them weigh velocities of size halfRate/s².
          const slack = (1e-13 * (1 + Math.abs(noise.at(t).halfRate))) / noise.at(t).variance;
          expect(Math.abs(row(out, b)[d] - want)).toBeLessThan(slack * (1 + Math.abs(want)));
        });
      }
    }
  });

  test("has the calculus of a field and transports its density", () => {
    for (const t of [0.3, 0.7]) {
      expectScore(field, t, x);
      expectJacobian(field, t, x);
      expectContinuity(field, t, x);
    }
  });

  test("the ends and the score are one: αE[x1] + βE[x0] = x + s²∇log p", () => {
    const { alpha, beta } = scheduler.at(0.6);
    const { denoiser = [], noise: start = [], score = [] } = field.quantities(0.6, x, ["denoiser", "noise", "score"]).values;
    const { variance } = noise.at(0.6);
    x.data.forEach((v, d) => {
      expect(Math.abs(alpha * (denoiser[d] ?? 0) + beta * (start[d] ?? 0) - v - variance * (score[d] ?? 0))).toBeLessThan(1e-12);
    });
  });
});

test("pairs from one origin in the noise of a Gaussian path are that path", () => {
  const { atoms: all } = problem(20, 2, 70);
  const scheduler = cosine();
  const asNoise: PairNoise = {
    name: "β",
    at: (t) => ({ variance: scheduler.at(t).beta ** 2, halfRate: scheduler.at(t).betaDBeta }),
  };
  const from = pairs(zerosLike(all.points), all.points, all.logWeights.map(Math.exp));
  const [found, want] = [pairField(scheduler, from, asNoise), marginalField(scheduler, atomPosterior(all))];
  const names: Quantity[] = ["velocity", "denoiser", "score", "logDensity", "divergence", "traceCov", "entropy", "ess", "jvp"];
  for (const t of [0.1, 0.5, 0.9]) {
    const x = onPath(all, scheduler.at(t), 5, 71);
    const [p, q] = [found, want].map((field) => field.quantities(t, x, names, { tangent: x, top: 3 }));
    for (const name of names) {
      p.values[name]?.forEach((v, d) => {
        const other = q.values[name]?.[d] ?? Number.NaN;
        expect(Math.abs(v - other), name).toBeLessThanOrEqual((1e-12 * (1 + Math.abs(other))) / scheduler.at(t).beta ** 2);
      });
    }
    expect([...p.top.indices]).toEqual([...q.top.indices]);
    expect(p.certificate.evaluations).toBe(q.certificate.evaluations);
  }
});

test("the velocities of an interpolant average to the field of its pairs: E[φ·(u_t − u(x_t))] = 0 for every φ of x_t", () => {
  const some = pairs(cloud(6, 80), cloud(6, 81, 1), [1, 2, 3, 1, 1, 2]);
  const path = linearInterpolant(bridgeNoise(1));
  const field = pairField(path.curve, some, path.noise);
  const B = 20_000;
  const which = choice(rngOf(82), cumulativeSum(some.logWeights.map(Math.exp)), new Uint32Array(B));
  const z = points(normal(rngOf(83), new Float64Array(2 * B)), 2);
  for (const t of [0.05, 0.5, 0.9]) {
    const times = new Float64Array(B).fill(t);
    const { xt, ut } = interpolantBatch(path, times, { x0: takeRows(some.x0, which), x1: takeRows(some.x1, which), z });
    const at = field.evaluate(t, xt, zerosLike(xt));
    for (const phi of [() => 1, (x: number) => x, (x: number) => Math.sin(3 * x), (x: number) => Number(x > 0.5)]) {
      const draws = ut.data.map((u, d) => phi(xt.data[d]) * (u - at.data[d])).filter((_, d) => d % 2 === 0);
      const mean = draws.reduce((sum, v) => sum + v, 0) / B;
      const deviation = Math.sqrt(draws.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (B - 1));
      expect(Math.abs(mean)).toBeLessThan((5 * deviation) / Math.sqrt(B));
    }
  }
});

test("with the entropic plan the pairs make the Schrödinger bridge: u + (σ²/2)s is σ²∇ log φ_t, φ the heat flow of e^(g/ε)", () => {
  const sigma = 0.9;
  const epsilon = 2 * sigma ** 2;
  const [x0, x1] = [cloud(7, 90), cloud(5, 91, 1)];
  const plan = sinkhorn(squaredDistances(x0, x1), 7, 5, { epsilon, tolerance: 1e-13 });
  const field = pairField(condOt(), planPairs(plan, x0, x1), bridgeNoise(sigma));
  const x = cloud(6, 92, 0.5);
  for (const t of [0.1, 0.5, 0.85]) {
    const { velocity = [], score = [] } = field.quantities(t, x, ["velocity", "score"]).values;
    for (let b = 0; b < x.size; b++) {
      const left = sigma ** 2 * (1 - t);
      const weights = Array.from({ length: 5 }, (_, j) => {
        const gap = (row(x1, j)[0] - row(x, b)[0]) ** 2 + (row(x1, j)[1] - row(x, b)[1]) ** 2;
        return Math.exp(plan.g[j] / epsilon - gap / (2 * left));
      });
      const total = weights.reduce((sum, w) => sum + w, 0);
      for (const d of [0, 1]) {
        const drift = weights.reduce((sum, w, j) => sum + (w / total) * (row(x1, j)[d] - row(x, b)[d]), 0) / (1 - t);
        const at = 2 * b + d;
        // The plan is that of the potentials up to its marginal error of 1e-13, over masses of 1e-3 or more.
        expect(Math.abs((velocity[at] ?? 0) + 0.5 * sigma ** 2 * (score[at] ?? 0) - drift)).toBeLessThan(1e-9);
      }
    }
  }
});

test("rows that a coupling paired are pairs, and a plan of a permutation is the same pairs", () => {
  const [x0, x1] = [cloud(8, 93), cloud(8, 94)];
  const rows = otCoupling().couple({ x0, x1 }, fork(rngOf(1), "unused"));
  const mass = new Float64Array(64);
  rows.rows0.forEach((i, k) => {
    mass[8 * i + rows.rows1[k]] = 1 / 8;
  });
  const [found, want] = [coupledPairs(rows, x0, x1), planPairs({ rows: 8, columns: 8, mass }, x0, x1)];
  expect([found.x0, found.x1]).toEqual([want.x0, want.x1]);
  expect(() => coupledPairs({ rows0: Uint32Array.of(8), rows1: Uint32Array.of(0) }, x0, x1)).toThrow(/row 8 of 8 is asked for/);
  expect(() => planPairs({ rows: 1, columns: 8, mass }, x0, x1)).toThrow(/the plan is \[1, 8\], the ends have 8 and 8 rows/);
});

describe("what is refused", () => {
  const x = pointsOf([[0, 0]]);

  test("a path without noise, and a bridge at its ends, where the points of the path have no density", () => {
    expect(() => constantNoise(0)).toThrow(/^Cannot smooth the path between pairs: σ is 0; expected a positive finite number/);
    const bridge = pairField(condOt(), optimal(3), bridgeNoise(1));
    for (const t of [0, 1])
      expect(() => bridge.evaluate(t, x, zerosLike(x))).toThrow(/its variance is 0, where it is made of points/);
    const tube = pairField(condOt(), optimal(3), constantNoise(1));
    for (const t of [0, 1]) expect(tube.evaluate(t, x, zerosLike(x)).data.every(Number.isFinite)).toBe(true);
  });

  test("pairs that are none", () => {
    expect(() => pairs(x, cloud(2, 1))).toThrow(
      "Cannot couple the ends: x0 is [1, 2], x1 is [2, 2]; expected equal shapes of at least 1 row",
    );
    expect(() => pairs(x, x, [0])).toThrow(/weight 0 is 0; expected a positive/);
    expect(() => allPairs(problem(2, 2, 1).atoms, problem(2, 3, 1).atoms)).toThrow(/x0 has dim 2, x1 has dim 3/);
  });
});
