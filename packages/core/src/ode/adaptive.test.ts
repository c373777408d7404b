import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distance, fieldOf, pointOf, problems, sine, spin, witch } from "../../../../tests/support/ode-problems.js";
import { type Points, pointsOf, row, zeros } from "../points/index.js";
import { type AdaptiveOptions, adaptive } from "./adaptive.js";
import { dopri5 } from "./dormand-prince.js";
import { recordStates } from "./record-states.js";
import { rungeKutta } from "./runge-kutta.js";
import { type Solution, solve } from "./solve.js";
import { type EmbeddedTableau, rk4 } from "./tableau.js";
import { reverseGrid, uniformGrid } from "./time-grid.js";
import type { VectorField } from "./vector-field.js";
import { type NormedSpace, pointSpace } from "./vector-space.js";

/** The method of Bogacki and Shampine: order 3 with an embedded order 2. */
const bogackiShampine: EmbeddedTableau = {
  name: "bogackiShampine",
  order: 3,
  a: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
  b: [2 / 9, 1 / 3, 4 / 9, 0],
  c: [0, 1 / 2, 3 / 4, 1],
  embedded: { order: 2, b: [7 / 24, 1 / 4, 1 / 3, 1 / 8] },
};

const run = (field: VectorField, y0: Points, grid: ArrayLike<number>, options: AdaptiveOptions<Points> = {}): Solution<Points> =>
  solve(adaptive(pointSpace, dopri5, y0, grid, options), field);

describe.each([dopri5, bogackiShampine])("$name", (tableau) => {
  test.each(problems)("meets its tolerance on $name, forward and backward", ({ field, from, to, exact }) => {
    for (const [start, end] of [
      [from, to],
      [to, from],
    ]) {
      const options = { rtol: 1e-7, atol: 1e-7 };
      const { y, t, status } = solve(adaptive(pointSpace, tableau, pointOf(...exact(start)), [start, end], options), field);
      expect([t, status]).toEqual([end, "done"]);
      // Backward, the first two problems amplify an error, by 25 at most (the squared ratio of the solution at the ends).
      expect(distance(y, exact(end))).toBeLessThan(2e-5);
    }
  });

  test("asks for 1 + (S − 1)·(accepted + rejected) velocities, and for one more to choose the first step", () => {
    for (const initialStep of [1e-4, 0.1, 2]) {
      const { nfe, steps } = solve(adaptive(pointSpace, tableau, pointOf(1, 0), [0, 2], { initialStep }), spin.field);
      expect(nfe).toBe(1 + (tableau.b.length - 1) * (steps.accepted + steps.rejected));
      if (initialStep === 2) expect(steps.rejected).toBeGreaterThan(0);
    }
    const { nfe, steps } = solve(adaptive(pointSpace, tableau, pointOf(1, 0), [0, 2]), spin.field);
    expect(nfe).toBe(2 + (tableau.b.length - 1) * (steps.accepted + steps.rejected));
  });

  test("with a tolerance that accepts everything it is the fixed-step method on the same grid, to the bit", () => {
    const grid = uniformGrid(9, spin);
    const loose = { atol: 1e9, initialStep: 1 };
    const free = solve(adaptive(pointSpace, tableau, pointOf(1, 0), grid, loose), spin.field);
    const fixed = solve(rungeKutta(pointSpace, tableau, pointOf(1, 0), grid), spin.field);
    expect(free.steps).toEqual({ accepted: 9, rejected: 0 });
    expect(free.y.data).toEqual(fixed.y.data);
  });

  test("comes back to where it started", () => {
    const options = { rtol: 1e-9, atol: 1e-9 };
    const there = solve(adaptive(pointSpace, tableau, pointOf(1, 0), [0, 2], options), spin.field);
    const back = solve(adaptive(pointSpace, tableau, there.y, [2, 0], options), spin.field);
    // Two solves whose errors are some 1e-9 each on a field that preserves distances (order test: below 5 tolerances each).
    expect(distance(back.y, [1, 0])).toBeLessThan(tableau === dopri5 ? 1e-8 : 1e-7);
  });
});

test("it lands exactly on every point of its grid, and looks nowhere beyond its ends", () => {
  const times = fc.array(fc.double({ min: 1e-4, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(times, fc.double({ min: -1, max: 1, noNaN: true }), fc.boolean(), (lengths, start, up) => {
      const grid = [start];
      for (const length of lengths) grid.push(grid[grid.length - 1] + (up ? length : -length));
      const record = recordStates(pointSpace);
      const asked: number[] = [];
      const field = fieldOf((t, [y]) => {
        asked.push(t);
        return [y * Math.cos(t)];
      });
      const { t } = run(field, pointOf(1), grid, record);
      expect(t).toBe(grid[grid.length - 1]);
      expect(record.times).toEqual(expect.arrayContaining(grid));
      expect(Math.min(...asked)).toBe(Math.min(...grid));
      expect(Math.max(...asked)).toBe(Math.max(...grid));
    }),
    { numRuns: 50 },
  );
});

test("a step cut short by a grid point does not slow down the steps after it", () => {
  const options = { rtol: 1e-8, atol: 1e-8 };
  const plain = run(spin.field, pointOf(1, 0), [0, 2], options);
  const cut = run(spin.field, pointOf(1, 0), [0, 1, 1 + 1e-9, 2], options);
  expect(cut.steps.accepted).toBeLessThanOrEqual(plain.steps.accepted + 3);
});

test("a step is stretched by up to a hundredth rather than leave a sliver before a grid point", () => {
  const still = fieldOf(() => [0]);
  expect(run(still, pointOf(1), [0, 1.005], { initialStep: 1 }).steps.accepted).toBe(1);
  expect(run(still, pointOf(1), [0, 1.02], { initialStep: 1 }).steps.accepted).toBe(2);
});

test("a kink costs many steps, unless it is a point of the grid", () => {
  const kink = fieldOf((t, [y]) => [y * Math.abs(t - 0.7)]); // y = exp(0.7²) at t = 1.4
  const options = { rtol: 1e-9, atol: 1e-9 };
  const blind = run(kink, pointOf(1), [0, 1.4], options);
  const told = run(kink, pointOf(1), [0, 0.7, 1.4], options);
  expect(distance(told.y, [Math.exp(0.49)])).toBeLessThan(1e-8);
  // Across the kink the error falls as the square of the step: the tolerance takes some six halvings to meet.
  expect(told.steps.rejected).toBeLessThan(2);
  expect(blind.steps.rejected).toBeGreaterThan(4);
  expect(told.nfe).toBeLessThan(blind.nfe);
});

describe("batches", () => {
  /** Every point turns at its own rate, stored in its third coordinate. */
  const wheels = fieldOf((_, [x, y, rate]) => [-rate * y, rate * x, 0]);
  const fast = [1, 0, 40];
  const crowd = pointsOf([fast, ...Array.from({ length: 511 }, () => [1, 0, 0.01])]);
  const options = { rtol: 1e-6, atol: 1e-6 };
  const errorOfFast = (y: Points): number => distance({ ...y, data: row(y, 0), size: 1 }, [Math.cos(40), Math.sin(40), 40]);

  test("a point is as accurate in a crowd of easy ones as it is alone", () => {
    const alone = run(wheels, pointOf(...fast), [0, 1], options);
    const together = run(wheels, crowd, [0, 1], options);
    expect(errorOfFast(together.y)).toBeLessThan(1.5 * errorOfFast(alone.y));
    expect(together.steps.accepted).toBeGreaterThanOrEqual(alone.steps.accepted - 1);
  });

  test("which a norm over all coordinates of the batch would lose", () => {
    const mean: NormedSpace<Points> = {
      ...pointSpace,
      errorNorm(error, y0, y1, tolerance) {
        const flat = (x: Points): Points => ({ data: x.data, size: 1, dim: x.data.length });
        return pointSpace.errorNorm(flat(error), flat(y0), flat(y1), tolerance);
      },
    };
    const alone = run(wheels, pointOf(...fast), [0, 1], options);
    const together = solve(adaptive(mean, dopri5, crowd, [0, 1], options), wheels);
    expect(errorOfFast(together.y)).toBeGreaterThan(10 * errorOfFast(alone.y)); // √512 ≈ 23 times
  });

  test("copies of one point take the steps of that point, to the bit", () => {
    const alone = run(spin.field, pointOf(1, 0), [0, 2]);
    const copies = run(
      spin.field,
      pointsOf([
        [1, 0],
        [1, 0],
        [1, 0],
      ]),
      [0, 2],
    );
    expect([copies.nfe, copies.steps]).toEqual([alone.nfe, alone.steps]);
    for (let b = 0; b < 3; b++) expect(row(copies.y, b)).toEqual(alone.y.data);
  });
});

describe("the error norm of points", () => {
  const tolerance = { atol: 0.1, rtol: 0.01 };

  test("is the root mean square over coordinates and the maximum over points", () => {
    const [error, y0, y1] = [
      pointsOf([
        [0.1, 0.3],
        [1, 0],
      ]),
      pointsOf([
        [0, -10],
        [0, 0],
      ]),
      pointsOf([
        [0, 5],
        [90, 0],
      ]),
    ];
    const [first, second] = [Math.hypot(0.1 / 0.1, 0.3 / 0.2), Math.hypot(1 / 1, 0)].map((r) => r / Math.SQRT2);
    expect(pointSpace.errorNorm(error, y0, y1, tolerance)).toBeCloseTo(Math.max(first, second), 14);
  });

  test.each([Number.NaN, Infinity, -Infinity])("is not finite where the error or the new state is %s", (bad) => {
    const [good, spoiled] = [zeros(3, 2), zeros(3, 2)];
    spoiled.data[2] = bad;
    expect(Number.isFinite(pointSpace.errorNorm(spoiled, good, good, tolerance))).toBe(false);
    expect(Number.isFinite(pointSpace.errorNorm(good, good, spoiled, tolerance))).toBe(false);
    expect(pointSpace.errorNorm(good, good, good, tolerance)).toBe(0);
  });
});

describe("a solve that cannot go on says why", () => {
  test("maxSteps: it tried as many steps as it may", () => {
    const { status, steps, t, y } = run(spin.field, pointOf(1, 0), [0, 2], { maxSteps: 10 });
    expect([status, steps.accepted + steps.rejected]).toEqual(["maxSteps", 10]);
    expect(t).toBeGreaterThan(0);
    expect(t).toBeLessThan(2);
    expect(distance(y, spin.exact(t))).toBeLessThan(1e-5); // what it has is good
  });

  test("stepTooSmall: the solution has a pole on the way", () => {
    // y' = y² from 1 is 1/(1 − t).
    for (const minStep of [0, 1e-3]) {
      const { status, t, y } = run(
        fieldOf((_, [x]) => [x * x]),
        pointOf(1),
        [0, 2],
        { minStep },
      );
      expect(status).toBe("stepTooSmall");
      expect(Math.abs(t - 1)).toBeLessThan(minStep === 0 ? 1e-6 : 0.1);
      expect(Number.isFinite(y.data[0])).toBe(true);
    }
  });

  test("notFinite: the field ends on the way, and the solve stops at its edge", () => {
    const { status, t, y } = run(
      fieldOf((at, [x]) => [at > 0.3 ? Number.NaN : x]),
      pointOf(1),
      [0, 1],
    );
    expect(status).toBe("notFinite");
    expect(t).toBeLessThanOrEqual(0.3);
    expect(0.3 - t).toBeLessThan(1e-13); // some ulps
    expect(Math.abs(y.data[0] - Math.exp(0.3))).toBeLessThan(1e-5);
  });

  test("notFinite: the field is not finite at the start, or the state is not", () => {
    const nowhere = fieldOf(() => [Number.NaN]);
    expect(run(nowhere, pointOf(1), [0, 1])).toMatchObject({ status: "notFinite", t: 0, nfe: 1 });
    expect(run(sine.field, pointOf(Infinity), [0, 1])).toMatchObject({ status: "notFinite", t: 0, nfe: 1 });
  });
});

test("a step into a region without a field is rejected, and a shorter one succeeds", () => {
  // y' = −√y from 1 is (1 − t/2)²; stages of a long step reach negative y, where the field is NaN.
  const { status, steps, y } = run(
    fieldOf((_, [x]) => [-Math.sqrt(x)]),
    pointOf(1),
    [0, 1.9],
    { initialStep: 1.9 },
  );
  expect(status).toBe("done");
  expect(steps.rejected).toBeGreaterThan(0);
  expect(Math.abs(y.data[0] - 0.05 ** 2)).toBeLessThan(1e-6);
});

test("no step is shorter than minStep but those that land", () => {
  const record = recordStates(pointSpace);
  const { status } = run(sine.field, pointOf(1), [0, 1, 3], {
    ...record,
    minStep: 0.3,
    atol: 1e-3,
    rtol: 1e-3,
    initialStep: 1e-9,
  });
  expect(status).toBe("done");
  const lengths = record.times.slice(1).map((t, n) => t - record.times[n]);
  const landings = [record.times.indexOf(1), record.times.length - 1];
  lengths.forEach((length, n) => {
    if (!landings.includes(n + 1)) expect(length).toBeGreaterThanOrEqual(0.3 - 1e-15);
  });
});

test("steps and states are shown from the start to the end", () => {
  const record = recordStates(pointSpace);
  const seen: number[] = [];
  const { steps, y } = run(sine.field, pointOf(1), [0, 3], {
    onStep(n, t, state) {
      seen.push(n);
      record.onStep(n, t, state);
    },
  });
  expect(seen).toEqual(Array.from({ length: steps.accepted + 1 }, (_, n) => n));
  expect([record.times[0], record.times[steps.accepted]]).toEqual([0, 3]);
  expect(record.states[steps.accepted].data).toEqual(y.data);
});

test("a constant field is crossed in steps that grow tenfold", () => {
  const record = recordStates(pointSpace);
  const { y } = run(
    fieldOf(() => [2]),
    pointOf(1),
    [0, 1],
    { ...record, initialStep: 1e-3 },
  );
  expect(y.data[0]).toBeCloseTo(3, 14);
  expect(record.times.length).toBe(5); // 0, 0.001, 0.011, 0.111, 1
});

describe("the first step where none is given", () => {
  const first = (field: VectorField, y0: number): number => {
    const record = recordStates(pointSpace);
    const { steps } = run(field, pointOf(y0), [0, 2], { ...record, rtol: 1e-6, atol: 1e-8 });
    expect(steps.accepted).toBeGreaterThan(2);
    return record.times[1];
  };

  test("makes an Euler step of a hundredth of the state, and its change of slope sets the length", () => {
    const u = (y: number): number => y * (1 - y);
    const scale = 1e-8 + 1e-6 * 0.2;
    const small = (0.01 * 0.2) / u(0.2);
    const slope = Math.abs(u(0.2)) / scale;
    const change = Math.abs(u(0.2 + small * u(0.2)) - u(0.2)) / scale / small;
    const expected = Math.min(100 * small, (0.01 / Math.max(slope, change)) ** (1 / 5));
    expect(
      first(
        fieldOf((_, [y]) => [u(y)]),
        0.2,
      ),
    ).toBeCloseTo(expected, 14);
  });

  test("is 1e-4 where the field vanishes at the start", () => {
    expect(first(witch.field, 1)).toBeCloseTo(1e-4, 14);
  });

  test.each([
    [0, 1e-7],
    [-0.9, 0.7], // where −0.9 + 1.6 rounds beyond 0.7
    [0.9, -0.7],
  ])("stays within the first interval, and the field is not asked beyond it, from %s to %s", (from, to) => {
    const asked: number[] = [];
    const field = fieldOf((t, [y]) => {
      asked.push(t);
      return [1e-9 * y];
    });
    expect(run(field, pointOf(1), [from, to]).t).toBe(to);
    expect([Math.min(...asked), Math.max(...asked)]).toEqual([Math.min(from, to), Math.max(from, to)]);
  });

  test("is tried though the field is not finite a little further on", () => {
    const { status, t } = run(
      fieldOf((at) => [at > 1e-5 ? Number.NaN : 1]),
      pointOf(1),
      [0, 1],
    );
    expect(status).toBe("notFinite");
    expect(Math.abs(t - 1e-5)).toBeLessThan(1e-14);
  });
});

describe("what is not valid is refused at the call", () => {
  const make = (options: AdaptiveOptions<Points>): unknown => adaptive(pointSpace, dopri5, pointOf(1), [0, 1], options);

  test.each([
    [{ rtol: -1 }, "rtol is -1; expected a finite number of at least 0"],
    [{ atol: 0 }, "atol is 0; expected a finite number above 0, since a coordinate may be 0"],
    [{ atol: Number.NaN }, "atol is NaN"],
    [{ initialStep: 0 }, "initialStep is 0; expected a finite length above 0"],
    [{ maxSteps: 0 }, "maxSteps is 0; expected at least 1"],
    [{ minStep: -1 }, "minStep is -1; expected a finite length of at least 0"],
  ])("%o", (options, message) => {
    expect(() => make(options)).toThrow(`Cannot adapt the steps: ${message}`);
  });

  test("a grid that is none, and a tableau that cannot estimate its error or does not start the next step", () => {
    expect(() => adaptive(pointSpace, dopri5, pointOf(1), [1])).toThrow("Cannot use the time grid");
    expect(() => adaptive(pointSpace, { ...rk4, embedded: { order: 3, b: rk4.b } }, pointOf(1), [0, 1])).toThrow(
      'Cannot adapt the steps of "rk4": its last stage is not the first of the next step; expected c = 1 and a row of a equal to b',
    );
    expect(() => adaptive(pointSpace, { ...dopri5, embedded: { order: 4, b: [1] } }, pointOf(1), [0, 1])).toThrow(
      'Cannot adapt the steps of "dopri5": embedded.b has 1 numbers; expected 7',
    );
    expect(() => adaptive(pointSpace, { ...dopri5, dense: [1] }, pointOf(1), [0, 1])).toThrow("dense has 1 numbers");
  });
});

test("a decreasing grid of many points is the increasing one the other way", () => {
  const grid = uniformGrid(4, witch);
  const back = run(witch.field, pointOf(...witch.exact(2)), reverseGrid(grid), { rtol: 1e-10, atol: 1e-10 });
  expect(distance(back.y, [1])).toBeLessThan(1e-8); // amplified by (1 + 2²)² = 25
});
