import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distance, fieldOf, pointOf, spin, witch } from "../../../../tests/support/ode-problems.js";
import { type Points, points, row } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { dopri5 } from "./dormand-prince.js";
import { recordStates } from "./record-states.js";
import { rungeKutta } from "./runge-kutta.js";
import { solve } from "./solve.js";
import { euler, heun, midpoint, rk4, stagesToAdvance, type Tableau } from "./tableau.js";
import { tableaus } from "./tableaus.js";
import { customGrid, reverseGrid, uniformGrid } from "./time-grid.js";
import { pointSpace, type VectorSpace } from "./vector-space.js";

const all = Object.values(tableaus) as Tableau[];
const decay = fieldOf((_, [y]) => [-y]);

/** Random increasing and decreasing grids, with steps of very different lengths. */
const grids = fc
  .record({
    start: fc.double({ min: -2, max: 2, noNaN: true }),
    lengths: fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
    direction: fc.constantFrom(1, -1),
  })
  .map(({ start, lengths, direction }) => {
    const times = [start];
    for (const length of lengths) times.push(times[times.length - 1] + direction * length);
    return customGrid(times);
  });

describe.each(all)("$name", (tableau) => {
  // One step on y' = λy multiplies by a polynomial in z = hλ: the exponential series up to the order, and for dopri5 z⁶/600
  // more [Hairer1996, IV.2].
  test("multiplies by its stability polynomial on y' = λy", () => {
    for (const z of [-0.7, 0.3, 1]) {
      let [term, factor] = [1, 1];
      for (let n = 1; n <= tableau.order; n++) {
        term *= z / n;
        factor += term;
      }
      if (tableau === dopri5) factor += z ** 6 / 600;
      const { y } = solve(
        rungeKutta(pointSpace, tableau, pointOf(1), [0, 1]),
        fieldOf((_, [x]) => [z * x]),
      );
      expect(Math.abs(y.data[0] - factor)).toBeLessThan(50 * Number.EPSILON); // intermediate stages reach about 10
    }
  });

  test("asks for exactly K·S velocities, at times between the ends of the step", () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const [low, high] = [Math.min(...grid), Math.max(...grid)];
        const times: number[] = [];
        const { nfe, status, t, steps } = solve(rungeKutta(pointSpace, tableau, pointOf(1), grid), {
          evaluate(at, x, out) {
            times.push(at);
            return decay.evaluate(at, x, out);
          },
        });
        const K = grid.length - 1;
        expect(nfe).toBe(K * stagesToAdvance(tableau));
        expect(times.length).toBe(nfe);
        expect(times.every((at) => low <= at && at <= high)).toBe(true);
        expect([status, t, steps]).toEqual(["done", grid[K], { accepted: K, rejected: 0 }]);
      }),
    );
  });

  test("comes back to where it started on the reversed grid, to the accuracy of the method", () => {
    const errors = [32, 64].map((K) => {
      const grid = uniformGrid(K);
      const there = solve(rungeKutta(pointSpace, tableau, pointOf(1, 0), grid), spin.field);
      const back = solve(rungeKutta(pointSpace, tableau, there.y, reverseGrid(grid)), spin.field);
      return distance(back.y, [1, 0]);
    });
    // The way back undoes the leading error of the way there unless the order is even: at least the order remains.
    expect(Math.log2(errors[0] / errors[1])).toBeGreaterThan(tableau.order - 0.15);
    expect(errors[1]).toBeLessThan(64 ** -tableau.order * 10);
  });

  test("treats every point of a batch as it would treat it alone, to the bit", () => {
    const x0 = points(normal(rngOf(3), new Float64Array(14)), 2);
    const together = solve(rungeKutta(pointSpace, tableau, x0, uniformGrid(5)), spin.field).y;
    for (let b = 0; b < x0.size; b++) {
      const alone = solve(rungeKutta(pointSpace, tableau, points(row(x0, b).slice(), 2), uniformGrid(5)), spin.field).y;
      expect(row(together, b)).toEqual(alone.data);
    }
  });
});

test("a step is the formula of its method", () => {
  const [t, h, y] = [0.3, 0.25, 0.8];
  const u = (at: number, x: number): number => -2 * at * x * x;
  const step = (tableau: Tableau): number =>
    solve(rungeKutta(pointSpace, tableau, pointOf(y), [t, t + h]), witch.field).y.data[0];
  expect(step(euler)).toBeCloseTo(y + h * u(t, y), 15);
  expect(step(midpoint)).toBeCloseTo(y + h * u(t + h / 2, y + (h / 2) * u(t, y)), 15);
  expect(step(heun)).toBeCloseTo(y + (h / 2) * (u(t, y) + u(t + h, y + h * u(t, y))), 15);
  const k1 = u(t, y);
  const k2 = u(t + h / 2, y + (h / 2) * k1);
  const k3 = u(t + h / 2, y + (h / 2) * k2);
  const k4 = u(t + h, y + h * k3);
  expect(step(rk4)).toBeCloseTo(y + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4), 15);
});

test("a stage at c = 1 is asked for at the grid point itself, where t + h would round beyond it", () => {
  const [from, to] = [-0.9, 0.7];
  expect(from + (to - from)).toBeGreaterThan(to);
  const times: number[] = [];
  const field = fieldOf((t) => {
    times.push(t);
    return [0];
  });
  solve(rungeKutta(pointSpace, heun, pointOf(0), [from, to]), field);
  expect(times).toEqual([from, to]);
});

test("the initial state is copied, not moved", () => {
  const y0 = pointOf(1, 0);
  solve(rungeKutta(pointSpace, rk4, y0, uniformGrid(4)), spin.field);
  expect([...y0.data]).toEqual([1, 0]);
});

test("the states of all steps can be kept, and each is the solution of the grid up to it, to the bit", () => {
  const grid = uniformGrid(6);
  const record = recordStates(pointSpace);
  const { y } = solve(rungeKutta(pointSpace, rk4, pointOf(1, 0), grid, record), spin.field);
  expect(record.times).toEqual([...grid]);
  expect(record.states[0].data).toEqual(Float64Array.of(1, 0));
  expect(record.states[6].data).toEqual(y.data);
  for (let n = 1; n <= 6; n++) {
    const part = solve(rungeKutta(pointSpace, rk4, pointOf(1, 0), grid.subarray(0, n + 1)), spin.field);
    expect(record.states[n].data).toEqual(part.y.data);
  }
});

test("an invalid grid or table is refused at the call, before anything is asked", () => {
  expect(() => rungeKutta(pointSpace, rk4, pointOf(1), [0])).toThrow("Cannot use the time grid");
  expect(() => rungeKutta(pointSpace, rk4, pointOf(1), [0, 1, 1])).toThrow("Cannot use the time grid");
  expect(() => rungeKutta(pointSpace, { ...rk4, c: [] }, pointOf(1), [0, 1])).toThrow("Cannot use the tableau");
});

test("a state that is not finite ends the solve with the last one that was", () => {
  const field = fieldOf((t, [y]) => [t > 0.45 ? Number.NaN : y]);
  const { y, t, status, nfe, steps } = solve(rungeKutta(pointSpace, euler, pointOf(1), uniformGrid(10)), field);
  expect([status, t, nfe, steps]).toEqual(["notFinite", 0.5, 6, { accepted: 5, rejected: 0 }]);
  expect(y.data[0]).toBeCloseTo(1.1 ** 5, 14);
});

test("overflow counts as not finite", () => {
  const { y, status } = solve(
    rungeKutta(pointSpace, euler, pointOf(1), uniformGrid(100, { to: 1e6 })),
    fieldOf((_, [x]) => [x * x]),
  );
  expect(status).toBe("notFinite");
  expect(Number.isFinite(y.data[0])).toBe(true);
});

/** Numbers as immutable states. */
const numbers: VectorSpace<number> = { copy: (_, x) => x, addScaled: (y, s, x) => y + s * x, like: () => Number.NaN, free() {} };

test.each(all)("$name runs on immutable states with the same bits", (tableau) => {
  const onNumbers = solve(rungeKutta(numbers, tableau, 1, uniformGrid(7)), { evaluate: (t, y) => -2 * t * y * y });
  const onPoints = solve(rungeKutta(pointSpace, tableau, pointOf(1), uniformGrid(7)), witch.field);
  expect(onNumbers.y).toBe(onPoints.y.data[0]);
  expect(onNumbers.nfe).toBe(onPoints.nfe);
});

test("a space that cannot tell finite states is not asked to", () => {
  const { y, status } = solve(rungeKutta(numbers, euler, 1, uniformGrid(4)), { evaluate: () => Number.NaN });
  expect([y, status]).toEqual([Number.NaN, "done"]);
});

test("a field may answer with a state of its own", () => {
  const field = { evaluate: (t: number, x: Points): Points => witch.field.evaluate(t, x, pointOf(Number.NaN)) };
  const own = solve(rungeKutta(pointSpace, rk4, pointOf(1), uniformGrid(7)), field);
  expect(own.y.data).toEqual(solve(rungeKutta(pointSpace, rk4, pointOf(1), uniformGrid(7)), witch.field).y.data);
});
