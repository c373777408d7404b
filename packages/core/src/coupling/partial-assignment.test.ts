import fc from "fast-check";
import { expect, test } from "vitest";
import { integers, rngOf } from "../random/index.js";
import { assignment } from "./assignment.js";
import { partialAssignment } from "./partial-assignment.js";

/** The least cost of pairing `count` of the rows from i on with columns that are not yet used. */
function bruteForce(cost: Float64Array, n: number, count: number, i = 0, used = 0): number {
  if (count === 0) return 0;
  if (n - i < count) return Infinity;
  let best = bruteForce(cost, n, count, i + 1, used);
  for (let j = 0; j < n; j++) {
    if (!(used & (1 << j))) best = Math.min(best, cost[i * n + j] + bruteForce(cost, n, count - 1, i + 1, used | (1 << j)));
  }
  return best;
}

test("the cost is the least over all ways to pair that many rows, and rows and columns are different", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), fc.nat(), (n, pick, seed) => {
      const count = 1 + (pick % n);
      const cost = integers(rngOf(seed), 9, new Float64Array(n * n));
      const { rows, columns, cost: found } = partialAssignment(cost, n, count);
      expect(found).toBe(bruteForce(cost, n, count));
      expect([new Set(rows).size, new Set(columns).size]).toEqual([count, count]);
    }),
    { numRuns: 200 },
  );
});

test("all rows make the assignment", () => {
  const cost = integers(rngOf(1), 1000, new Float64Array(80 * 80));
  expect(partialAssignment(cost, 80, 80).cost).toBe(assignment(cost, 80).cost);
});

test("numbers of rows and costs that mean nothing are refused", () => {
  expect(() => partialAssignment(Float64Array.of(1), 1, 2)).toThrow(
    "Cannot assign in part: 2 of 1 rows are asked for; expected an integer from 1 to 1",
  );
  expect(() => partialAssignment(Float64Array.of(-1), 1, 1)).toThrow(/cost 0 is -1; expected a number ≥ 0/);
});
