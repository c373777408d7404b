import * as fc from "fast-check";
import { expect, test } from "vitest";
import { points } from "../points/index.js";
import { fork, integers, normal, permutation, rngOf, uniform } from "../random/index.js";
import { type Assignment, assignment } from "./assignment.js";
import { squaredDistances } from "./squared-distances.js";

/** The least cost over all n! permutations. */
function bruteForce(cost: Float64Array, n: number): number {
  const visit = (i: number, used: number): number => {
    if (i === n) return 0;
    let best = Infinity;
    for (let j = 0; j < n; j++) if (!(used & (1 << j))) best = Math.min(best, cost[i * n + j] + visit(i + 1, used | (1 << j)));
    return best;
  };
  return visit(0, 0);
}

/**
 * Weak duality: any permutation costs at least Σu + Σv when u_i + v_j ≤ c_ij, so prices that are feasible and tight on σ
 * prove σ optimal. Each price is a sum of at most 2n rounded costs: slack 2n·ε·max|c|, and 0 for integers.
 */
function expectOptimal(cost: Float64Array, n: number, result: Assignment, slack: number): void {
  const { columnOfRow, rowPrices: u, columnPrices: v } = result;
  expect([...columnOfRow].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, j) => j));
  let least = Infinity;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) least = Math.min(least, cost[i * n + j] - u[i] - v[j]);
  expect(least).toBeGreaterThanOrEqual(-slack);
  let [total, tight] = [0, 0];
  columnOfRow.forEach((j, i) => {
    total += cost[i * n + j];
    tight = Math.max(tight, Math.abs(cost[i * n + j] - u[i] - v[j]));
  });
  expect(tight).toBeLessThanOrEqual(slack);
  expect(result.cost).toBe(total);
}

const scale = (cost: Float64Array): number => cost.reduce((size, c) => Math.max(size, Math.abs(c)), 0);

test("the cost is the least over all permutations, for n ≤ 7 and costs with many ties", () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 7 })
        .chain((n) =>
          fc.tuple(fc.constant(n), fc.array(fc.integer({ min: -3, max: 3 }), { minLength: n * n, maxLength: n * n })),
        ),
      ([n, entries]) => {
        const cost = Float64Array.from(entries);
        const result = assignment(cost, n);
        expect(result.cost).toBe(bruteForce(cost, n));
        expectOptimal(cost, n, result, 0);
      },
    ),
    { numRuns: 300 },
  );
});

test("the cost is the least over all permutations, for n ≤ 7 and real costs", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), (n, seed) => {
      const cost = normal(rngOf(seed), new Float64Array(n * n));
      // Two sums of n terms: each is off by at most (n − 1) roundings of a partial sum of at most n·scale.
      expect(Math.abs(assignment(cost, n).cost - bruteForce(cost, n))).toBeLessThan(n * n * Number.EPSILON * scale(cost));
    }),
  );
});

test.each([2, 30, 300])(
  "the prices prove the optimum for n = %i: uniform, tied integer, negative, product and distance costs",
  (n) => {
    const rng = fork(rngOf(1), n);
    const gaussian = (name: string) => points(normal(fork(rng, name), new Float64Array(2 * n)), 2);
    const real = [
      uniform(rng, new Float64Array(n * n)),
      normal(rng, new Float64Array(n * n)).map((c) => 1e6 * c),
      squaredDistances(gaussian("x"), gaussian("y")),
    ];
    for (const cost of real) expectOptimal(cost, n, assignment(cost, n), 2 * n * Number.EPSILON * scale(cost));
    const whole = [
      integers(rng, 10, new Float64Array(n * n)),
      integers(fork(rng, "wide"), 1e6, new Float64Array(n * n)).map((c) => c - 5e5),
      new Float64Array(n * n).fill(7),
      new Float64Array(n * n).map((_, at) => Math.floor(at / n) * (at % n)), // the classical bad case: long paths
    ];
    for (const cost of whole) expectOptimal(cost, n, assignment(cost, n), 0);
  },
);

test("a hidden permutation of small distances is recovered", () => {
  const n = 200;
  const x = points(normal(rngOf(2), new Float64Array(3 * n)), 3);
  const hidden = permutation(rngOf(3), n);
  const y = points(new Float64Array(3 * n), 3);
  hidden.forEach((j, i) => {
    y.data.set(x.data.subarray(3 * i, 3 * i + 3), 3 * j);
  });
  const result = assignment(squaredDistances(x, y), n);
  expect(result.columnOfRow).toEqual(hidden);
  expect(result.cost).toBe(0);
});

test("adding numbers to rows and columns changes the cost by their sum and keeps the assignment optimal", () => {
  const n = 40;
  const cost = integers(rngOf(4), 50, new Float64Array(n * n));
  const shifted = cost.map((c, at) => c + 3 * Math.floor(at / n) - 5 * (at % n));
  expect(assignment(shifted, n).cost).toBe(assignment(cost, n).cost - n * (n - 1));
});

test("costs that differ in the last bits only are assigned as well as rounding allows", () => {
  const n = 60;
  const cost = uniform(rngOf(5), new Float64Array(n * n)).map((u) => 1 + Number.EPSILON * Math.floor(4 * u));
  expectOptimal(cost, n, assignment(cost, n), 2 * n * Number.EPSILON);
});

test("a matrix of another size, or with a cost that is not finite, is refused", () => {
  expect(() => assignment(new Float64Array(5), 2)).toThrow(
    "Cannot assign: the costs are 5 numbers and n is 2; expected an [n, n] matrix",
  );
  expect(() => assignment(new Float64Array(0), 0)).toThrow(/^Cannot assign: /);
  expect(() => assignment(Float64Array.of(1, Infinity, 1, 1), 2)).toThrow(
    "Cannot assign: cost (0, 1) is Infinity; expected a finite number",
  );
});
