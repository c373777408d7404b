import { describe, expect, test } from "vitest";
import { onPath, problem } from "../../../../conformance/posterior-problems.js";
import { expectContinuity, expectJacobian, expectScore } from "../../../../tests/support/field-laws.js";
import { assignment, squaredDistances } from "../coupling/index.js";
import { atomPosterior, marginalField, type Quantity } from "../field/index.js";
import { type Points, points, pointsOf, row, takeRows, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine, type Scheduler } from "../scheduler/index.js";
import { pairField } from "./pair-field.js";
import { bridgeNoise, constantNoise, type PairNoise } from "./pair-noise.js";
import { allPairs, type Pairs, pairs } from "./pairs.js";

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
function naive(scheduler: Scheduler, { x0, x1, logWeights }: Pairs, noise: PairNoise, t: number, x: Float64Array): number[] {
  const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
  const { variance, halfRate } = noise.at(t);
  const total = [0, 0];
  let mass = 0;
  for (let i = 0; i < x0.size; i++) {
    const [from, to] = [row(x0, i), row(x1, i)];
    const gap = [0, 1].map((d) => x[d] - (alpha * to[d] + beta * from[d]));
    const density =
      (Math.exp(logWeights[i]) * Math.exp(-(gap[0] ** 2 + gap[1] ** 2) / (2 * variance))) / (2 * Math.PI * variance);
    mass += density;
    for (const d of [0, 1]) total[d] += density * (dAlpha * to[d] + dBeta * from[d] + (halfRate / variance) * gap[d]);
  }
  return total.map((v) => v / mass);
}

const cases: [string, Scheduler, Pairs, PairNoise][] = [
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
];

describe.each(cases)("%s", (_, scheduler, some, noise) => {
  const field = pairField(scheduler, some, noise);
  const x = cloud(4, 68, 0.5);

  test("is the average of the pairs' velocities", () => {
    for (const t of [0.1, 0.5, 0.8]) {
      const out = field.evaluate(t, x, zerosLike(x));
      for (let b = 0; b < 4; b++) {
        naive(scheduler, some, noise, t, row(x, b)).forEach((want, d) => {
          // The division by s² ≥ 0.04 amplifies the rounding of a logit of size 100.
          expect(Math.abs(row(out, b)[d] - want)).toBeLessThan(1e-11 * (1 + Math.abs(want)));
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
