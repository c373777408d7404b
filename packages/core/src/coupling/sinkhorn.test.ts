import fc from "fast-check";
import { expect, test } from "vitest";
import { points } from "../points/index.js";
import { fork, normal, rngOf, uniform } from "../random/index.js";
import { assignment } from "./assignment.js";
import { sinkhorn } from "./sinkhorn.js";
import { entropicProblem } from "./sinkhorn-options.js";
import { squaredDistances } from "./squared-distances.js";
import { planMarginals } from "./transport-plan.js";

const cloud = (seed: number, size: number, shift = 0) =>
  points(
    normal(rngOf(seed), new Float64Array(2 * size)).map((v) => v + shift),
    2,
  );
const costs = (n: number, m = n, seed = 1) => squaredDistances(cloud(seed, n), cloud(seed + 1, m, 1));

test("the plan has the marginals asked for, to rounding, and no plan is better by more than the gap", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(1000),
      fc.double({ min: 0.05, max: 5, noNaN: true }),
      (n, m, seed, epsilon) => {
        const [rowWeights, columnWeights] = [n, m].map((size, k) => uniform(fork(rngOf(seed), k), new Float64Array(size)));
        const plan = sinkhorn(costs(n, m, seed), n, m, { epsilon, rowWeights, columnWeights, tolerance: 1e-9 });
        planMarginals(plan).forEach((marginal, k) => {
          const weights = k === 0 ? rowWeights : columnWeights;
          const total = weights.reduce((sum, w) => sum + w, 0);
          // Sums of at most 18 terms of size 1, spread once.
          marginal.forEach((p, i) => {
            expect(Math.abs(p - weights[i] / total)).toBeLessThan(1e-14);
          });
        });
        expect(plan.gap).toBeGreaterThan(-1e-12 * (1 + Math.abs(plan.dual)));
        // What the rounding moves is at most twice the marginal error, at a price below max C + ε·60.
        if (plan.status === "done") expect(plan.gap).toBeLessThan(1e-9 * 2 * (200 + 60 * epsilon));
      },
    ),
    { numRuns: 60 },
  );
});

test("as ε → 0 the cost of the plan falls to that of the assignment, within ε log n", () => {
  const n = 24;
  const cost = costs(n);
  const least = assignment(cost, n);
  for (const epsilon of [1, 0.1, 0.01, 0.001]) {
    const plan = sinkhorn(cost, n, n, { epsilon, tolerance: 1e-4, maxIterations: 100_000 });
    expect(plan.status).toBe("done");
    expect(plan.cost - least.cost / n).toBeGreaterThan(-1e-12);
    // The permutation has KL = log n against the product, so the best objective is at most its cost + ε log n.
    expect(plan.cost - least.cost / n).toBeLessThan(epsilon * Math.log(n) + plan.gap + 1e-12);
  }
  const sharp = sinkhorn(cost, n, n, { epsilon: 1e-3, tolerance: 1e-4, maxIterations: 100_000 });
  least.columnOfRow.forEach((j, i) => {
    expect(sharp.mass[i * n + j] * n).toBeGreaterThan(0.5);
  });
});

test("for large ε the plan is the product of its marginals", () => {
  const plan = sinkhorn(costs(5, 4), 5, 4, { epsilon: 1e9 });
  // exp(C/ε) − 1 ≈ 1e-8 for costs of size 10
  for (const mass of plan.mass) expect(Math.abs(mass * 20 - 1)).toBeLessThan(1e-7);
});

test("the plan in closed form: two rows, two columns, costs 0 on the diagonal and 1 off it", () => {
  for (const epsilon of [0.02, 0.5, 3]) {
    const plan = sinkhorn(Float64Array.of(0, 1, 1, 0), 2, 2, { epsilon, tolerance: 1e-13 });
    expect(Math.abs(plan.mass[0] - 0.5 / (1 + Math.exp(-1 / epsilon)))).toBeLessThan(1e-14);
  }
});

test("unbalanced marginals are a e^(−f/ρ), the two objectives meet, and for large ρ the plan is the balanced one", () => {
  const [n, m] = [7, 5];
  const cost = costs(n, m);
  for (const marginalPenalty of [0.3, 2, [Infinity, 0.5], [1, Infinity]] as const) {
    const plan = sinkhorn(cost, n, m, { epsilon: 0.4, marginalPenalty, tolerance: 1e-12 });
    const [rho0, rho1] = typeof marginalPenalty === "number" ? [marginalPenalty, marginalPenalty] : marginalPenalty;
    const [rows, columns] = planMarginals(plan);
    rows.forEach((p, i) => {
      expect(Math.abs(p - Math.exp(-plan.f[i] / rho0) / n)).toBeLessThan(1e-11);
    });
    columns.forEach((p, j) => {
      expect(Math.abs(p - Math.exp(-plan.g[j] / rho1) / m)).toBeLessThan(1e-11);
    });
    expect(Math.abs(plan.gap)).toBeLessThan(1e-10);
  }
  const balanced = sinkhorn(cost, n, m, { epsilon: 0.4, tolerance: 1e-12 });
  const nearly = sinkhorn(cost, n, m, { epsilon: 0.4, marginalPenalty: 1e7, tolerance: 1e-12 });
  // The marginals are off by f/ρ, and f is of size 10.
  balanced.mass.forEach((p, at) => {
    expect(Math.abs(p - nearly.mass[at])).toBeLessThan(1e-5);
  });
});

test("a row that is far from everything loses its mass when marginals are relaxed", () => {
  const x = points(Float64Array.of(0, 1, 50), 1);
  const y = points(Float64Array.of(0, 1, 2), 1);
  const [rows] = planMarginals(sinkhorn(squaredDistances(x, y), 3, 3, { epsilon: 0.1, marginalPenalty: 1 }));
  expect(rows[2]).toBeLessThan(1e-12);
  expect(rows[0]).toBeGreaterThan(0.2);
});

test("potentials move with the costs, the plan does not: C + s_i + r_j has f + s, g + r", () => {
  const [n, m] = [6, 4];
  const cost = costs(n, m);
  const moved = cost.map((c, at) => c + 3 * Math.floor(at / m) - 2 * (at % m));
  const [p, q] = [cost, moved].map((c) => sinkhorn(c, n, m, { epsilon: 0.5, tolerance: 1e-13 }));
  p.mass.forEach((mass, at) => {
    expect(Math.abs(mass - q.mass[at])).toBeLessThan(1e-12);
  });
});

test("an iteration that ends too early says so and still encloses the best plan", () => {
  const plan = sinkhorn(costs(20), 20, 20, { epsilon: 1e-3, maxIterations: 3 });
  expect(plan.status).toBe("maxIterations");
  const best = sinkhorn(costs(20), 20, 20, { epsilon: 1e-3, maxIterations: 1e5 });
  expect(plan.primal).toBeGreaterThanOrEqual(best.dual);
  expect(plan.dual).toBeLessThanOrEqual(best.primal);
});

test("what is no problem is refused", () => {
  const cost = costs(2);
  expect(() => sinkhorn(cost, 3, 2, { epsilon: 1 })).toThrow(
    "Cannot find an entropic plan: the costs are 4 numbers for 3 rows and 2 columns; expected an [n, m] matrix with at least 1 cell",
  );
  expect(() => sinkhorn(Float64Array.of(Number.NaN), 1, 1, { epsilon: 1 })).toThrow(/cost \(0, 0\) is NaN; expected a finite/);
  expect(() => sinkhorn(cost, 2, 2, { epsilon: 0 })).toThrow(/ε is 0; expected a positive finite number/);
  expect(() => sinkhorn(cost, 2, 2, { epsilon: 1, marginalPenalty: 0 })).toThrow(/penalties of the marginals are 0 and 0/);
  expect(() => sinkhorn(cost, 2, 2, { epsilon: 1, rowWeights: [1] })).toThrow(/1 weights for 2 rows; expected one each/);
  expect(() => sinkhorn(cost, 2, 2, { epsilon: 1, columnWeights: [1, 0] })).toThrow(/the weight of column 1 is 0/);
  expect(() => sinkhorn(cost, 2, 2, { epsilon: 1, tolerance: 0 })).toThrow(/the tolerance is 0/);
  expect(() => sinkhorn(cost, 2, 2, { epsilon: 1, maxIterations: 0 })).toThrow(/the most iterations are 0/);
  expect(() => sinkhorn(cost, 2, 2, { epsilon: 1, shrink: 0 })).toThrow(/the step between two ε is 0/);
});

test("weights are shares, penalties may differ, and what is not said has its default", () => {
  const { problem, tolerance, maxIterations, shrink } = entropicProblem(Float64Array.of(1, 2), 1, 2, {
    epsilon: 1,
    columnWeights: [3, 1],
    marginalPenalty: [Infinity, 2],
  });
  expect([...problem.a, ...problem.b, problem.rho0, problem.rho1]).toEqual([1, 0.75, 0.25, Infinity, 2]);
  expect([tolerance, maxIterations, shrink, ...problem.transposed]).toEqual([1e-6, 10_000, 0.25, 1, 2]);
});
