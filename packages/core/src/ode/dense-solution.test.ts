import { describe, expect, test } from "vitest";
import { distance, type Problem, pointOf, problems, sine, spin } from "../../../../tests/support/ode-problems.js";
import { type Points, zeros, zerosLike } from "../points/index.js";
import { adaptive } from "./adaptive.js";
import { type DenseSolution, denseSolution } from "./dense-solution.js";
import { dopri5 } from "./dormand-prince.js";
import { recordStates } from "./record-states.js";
import { saveAt } from "./save-at.js";
import { interpolate, type Segment } from "./segment.js";
import { solve } from "./solve.js";
import { uniformGrid } from "./time-grid.js";
import { pointSpace } from "./vector-space.js";

function solved({ field, exact }: Problem, from: number, to: number, tol: number): DenseSolution<Points> {
  const dense = denseSolution(pointSpace);
  const options = { rtol: tol, atol: tol, onSegment: dense.onSegment };
  solve(adaptive(pointSpace, dopri5, pointOf(...exact(from)), [from, to], options), field);
  return dense;
}

/** y = 1 + 2t + 3t² + 4t³ + 5t⁴ with its derivative. */
const quartic = (t: number): number => 1 + t * (2 + t * (3 + t * (4 + t * 5)));
const slope = (t: number): number => 2 + t * (6 + t * (12 + t * 20));

describe("interpolation inside a step", () => {
  const [t0, t1] = [0.5, 2];
  const ends = {
    t0,
    t1,
    y0: pointOf(quartic(t0)),
    y1: pointOf(quartic(t1)),
    f0: pointOf(slope(t0)),
    f1: pointOf(slope(t1)),
  };
  // y − Hermite = 5·(t − t0)²(t − t1)² = 5h⁴·θ²(1 − θ)².
  const segment: Segment<Points> = { ...ends, quartic: pointOf(5 * (t1 - t0) ** 4) };

  test("reproduces a polynomial of degree 4, and of degree 3 without the quartic part", () => {
    for (const t of [0.5, 0.6, 1, 1.7, 2]) {
      expect(interpolate(pointSpace, segment, t, zeros(1, 1)).data[0]).toBeCloseTo(quartic(t), 12);
      const cubic = quartic(t) - 5 * (t - t0) ** 2 * (t - t1) ** 2;
      expect(interpolate(pointSpace, ends, t, zeros(1, 1)).data[0]).toBeCloseTo(cubic, 12);
    }
  });

  test("is the very state at both ends", () => {
    expect(interpolate(pointSpace, segment, t0, zeros(1, 1)).data[0]).toBe(ends.y0.data[0]);
    expect(interpolate(pointSpace, segment, t1, zeros(1, 1)).data[0]).toBe(ends.y1.data[0]);
  });
});

describe.each(problems)("the dense solution of $name", (problem) => {
  const { from, to, exact } = problem;

  test.each([
    ["forward", from, to],
    ["backward", to, from],
  ])("is accurate between the steps too, %s", (_, start, end) => {
    const out = zerosLike(pointOf(...exact(start)));
    for (const tol of [1e-6, 1e-8, 1e-10]) {
      const dense = solved(problem, start, end, tol);
      const errors = uniformGrid(499, { from: start, to: end }).map((t) => distance(dense.at(t, out), exact(t)));
      // The steps are controlled, not the interpolant, whose coefficients are larger: measured, up to 28 tolerances.
      expect(Math.max(...errors)).toBeLessThan(60 * tol);
    }
  });

  test("is continuous with its derivative, and meets the field at the steps", () => {
    const dense = solved(problem, from, to, 1e-8);
    const out = zerosLike(pointOf(...exact(from)));
    const delta = 1e-6;
    for (const t of dense.times.slice(1, -1)) {
      const [before, at, after] = [t - delta, t, t + delta].map((time) => [...dense.at(time, out).data]);
      const velocity = problem.field.evaluate(t, pointOf(...at), zerosLike(out)).data;
      for (let d = 0; d < out.dim; d++) {
        // One-sided differences: truncation delta·|y''|/2 with |y''| < 20, rounding 2e-16/delta.
        expect(Math.abs((at[d] - before[d]) / delta - velocity[d])).toBeLessThan(2e-5);
        expect(Math.abs((after[d] - at[d]) / delta - velocity[d])).toBeLessThan(2e-5);
      }
    }
  });
});

test("the dense solution is the solver's own state at every step", () => {
  const dense = denseSolution(pointSpace);
  const record = recordStates(pointSpace);
  solve(adaptive(pointSpace, dopri5, pointOf(1, 0), [0, 2], { ...record, onSegment: dense.onSegment }), spin.field);
  expect(dense.times).toEqual(record.times);
  record.times.forEach((t, n) => {
    expect(dense.at(t, zeros(1, 2)).data).toEqual(record.states[n].data);
  });
});

test("watching a solve does not change it", () => {
  const plain = solve(adaptive(pointSpace, dopri5, pointOf(1, 0), [0, 2]), spin.field);
  const { onSegment } = denseSolution(pointSpace);
  expect(solve(adaptive(pointSpace, dopri5, pointOf(1, 0), [0, 2], { onSegment }), spin.field)).toEqual(plain);
});

test("a time outside the solution is refused, and so is a second solve into it", () => {
  const dense = denseSolution(pointSpace);
  expect(() => dense.at(0, zeros(1, 2))).toThrow(
    "Cannot evaluate the dense solution: t is 0; expected a solution that has at least one step",
  );
  solve(adaptive(pointSpace, dopri5, pointOf(1, 0), [0, 2], { onSegment: dense.onSegment }), spin.field);
  for (const t of [-1e-9, 2.1, Number.NaN]) {
    expect(() => dense.at(t, zeros(1, 2))).toThrow(`Cannot evaluate the dense solution: t is ${t}; expected a time from 0 to 2`);
  }
  const again = adaptive(pointSpace, dopri5, pointOf(1, 0), [0, 2], { onSegment: dense.onSegment });
  expect(() => solve(again, spin.field)).toThrow("expected the steps of one solve");
});

test("freeing a dense solution gives back every state it made", () => {
  let alive = 0;
  const dense = denseSolution<Points>({
    ...pointSpace,
    like(x) {
      alive++;
      return pointSpace.like(x);
    },
    free() {
      alive--;
    },
  });
  const { steps } = solve(adaptive(pointSpace, dopri5, pointOf(1, 0), [0, 2], { onSegment: dense.onSegment }), spin.field);
  expect(alive).toBe(2 * (steps.accepted + 1) + steps.accepted);
  dense.free();
  expect([alive, dense.times.length]).toEqual([0, 0]);
});

describe("saving at given times", () => {
  const save = (times: ArrayLike<number>, from: number, to: number): [number, number, number][] => {
    const saved: [number, number, number][] = [];
    const onSegment = saveAt<Points>(pointSpace, times, (i, t, y) => saved.push([i, t, y.data[0]]));
    solve(
      adaptive(pointSpace, dopri5, pointOf(...sine.exact(from)), [from, to], { rtol: 1e-8, atol: 1e-8, onSegment }),
      sine.field,
    );
    return saved;
  };

  test.each([
    ["forward", 0, 3],
    ["backward", 3, 0],
  ])("shows every time once, in order, both ends included, %s", (_, from, to) => {
    const times = uniformGrid(100, { from, to });
    const saved = save(times, from, to);
    expect(saved.map(([i]) => i)).toEqual(Array.from(times, (_, i) => i));
    const dense = solved(sine, from, to, 1e-8);
    for (const [, t, y] of saved) expect(y).toBe(dense.at(t, zeros(1, 1)).data[0]);
  });

  test("takes a single time, and stops where the solve stops", () => {
    expect(save([1.5], 0, 3).map(([i, t]) => [i, t])).toEqual([[0, 1.5]]);
    expect(save([0.5, 1, 4], 0, 3).map(([, t]) => t)).toEqual([0.5, 1]);
  });

  test.each([
    [[-1, 1], "before the start"],
    [[2, 1], "against the direction"],
  ])("refuses the times %o, %s", (times) => {
    expect(() => save(times, 0, 3)).toThrow("expected times on the way of the solve");
  });

  test.each([[[]], [[Number.NaN]], [[1, 1]]])("refuses the times %o", (times) => {
    expect(() => save(times, 0, 3)).toThrow(RangeError);
  });
});
