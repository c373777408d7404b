import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { condOt, cosine, vp } from "../scheduler/index.js";
import { customGrid, logSnrGrid, reverseGrid, shiftedGrid, shiftTime, snrGrid, stepGrid, uniformGrid } from "./time-grid.js";

const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const ends = fc.tuple(finite, finite).filter(([from, to]) => Math.abs(to - from) > 1e-3);
const steps = fc.integer({ min: 1, max: 200 });

describe("a uniform grid", () => {
  test("has K + 1 times, exact ends and equal steps to rounding", () => {
    fc.assert(
      fc.property(steps, ends, (K, [from, to]) => {
        const grid = uniformGrid(K, { from, to });
        expect([grid.length, grid[0], grid[K]]).toEqual([K + 1, from, to]);
        // Each time is rounded twice at the size of the larger end.
        const rounding = 4 * Number.EPSILON * Math.max(Math.abs(from), Math.abs(to));
        for (let n = 0; n < K; n++) expect(Math.abs(grid[n + 1] - grid[n] - (to - from) / K)).toBeLessThanOrEqual(rounding);
      }),
    );
  });

  test("of [0, 1] has the times n/K", () => {
    expect([...uniformGrid(10)]).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  });

  test.each([0, 1.5, -3, Number.NaN, Infinity])("of %s steps is refused", (K) => {
    expect(() => uniformGrid(K)).toThrow(`Cannot make a time grid: it has ${K} steps; expected an integer of at least 1`);
  });
});

describe("a step grid", () => {
  test("shortens only its last step", () => {
    expect([...stepGrid(0.3)]).toEqual([0, 0.3, 0.6, 0.8999999999999999, 1]);
    expect([...stepGrid(0.4, { from: 1, to: 0 })]).toEqual([1, 0.6, 0.19999999999999996, 0]);
    expect([...stepGrid(5)]).toEqual([0, 1]);
  });

  test("of size 1/K has K steps for every K, whatever 1/K rounds to", () => {
    for (let K = 1; K <= 2000; K++) expect(stepGrid(1 / K).length).toBe(K + 1);
  });

  test.each([
    [0, {}],
    [-0.1, {}],
    [Number.NaN, {}],
    [0.1, { from: 1, to: 1 }],
  ] as const)("refuses steps of %s on %o", (size, at) => {
    expect(() => stepGrid(size, at)).toThrow(RangeError);
  });
});

describe("a custom grid", () => {
  test("is a copy of strictly monotone times", () => {
    const times = [0, 0.2, 1];
    const grid = customGrid(times);
    times[1] = 7;
    expect([...grid]).toEqual([0, 0.2, 1]);
    expect([...customGrid([1, 0.5, -3])]).toEqual([1, 0.5, -3]);
  });

  test.each([
    [[], "Cannot use the time grid: it has 0 points; expected at least 2"],
    [[0.5], "Cannot use the time grid: it has 1 points; expected at least 2"],
    [[0, Number.NaN, 1], "Cannot use the time grid: point 1 is NaN; expected finite times"],
    [[Number.NaN, 0, 1], "Cannot use the time grid: point 0 is NaN; expected finite times"],
    [[0, Infinity], "Cannot use the time grid: point 1 is Infinity; expected finite times"],
    [[0, 0, 1], "Cannot use the time grid: point 1 is 0 after 0; expected times that increase strictly or decrease strictly"],
    [[0, 1, 0.5], "Cannot use the time grid: point 2 is 0.5 after 1; expected times that increase strictly or decrease strictly"],
  ])("refuses %o", (times, message) => {
    expect(() => customGrid(times)).toThrow(new RangeError(message));
  });
});

describe("grids in the signal-to-noise ratio", () => {
  test("are uniform in τ = s/(1 + s) for every scheduler", () => {
    for (const { at, timeOfSnr } of [condOt(), cosine()]) {
      const grid = snrGrid(16, timeOfSnr);
      expect([grid[0], grid[16]]).toEqual([0, 1]);
      grid.forEach((t, n) => {
        const { alpha, beta } = at(t);
        expect(Math.abs(alpha / (alpha + beta) - n / 16)).toBeLessThan(1e-14); // a few roundings of numbers below 1
      });
    }
  });

  test("are uniform in t for the straight path", () => {
    snrGrid(50, condOt().timeOfSnr).forEach((t, n) => {
      expect(Math.abs(t - n / 50)).toBeLessThan(4 * Number.EPSILON);
    });
  });

  test("are uniform in log s between two ratios, in both directions", () => {
    const { at, timeOfSnr } = vp(0.1, 20);
    const grid = logSnrGrid(8, timeOfSnr, { from: 0.01, to: 100 });
    grid.forEach((t, n) => {
      const { alpha, beta } = at(t);
      expect(Math.abs(Math.log(alpha / beta) - Math.log(0.01) * (1 - n / 4))).toBeLessThan(1e-9); // the inverse of vp
    });
    expect([...logSnrGrid(8, timeOfSnr, { from: 100, to: 0.01 })].reverse()[3]).toBeCloseTo(grid[3], 12);
  });

  test("refuse ratios that a scheduler never has, and ends outside their range", () => {
    expect(() => snrGrid(1000, vp(0.1, 20).timeOfSnr)).toThrow("expected times that increase strictly");
    expect(() => snrGrid(4, condOt().timeOfSnr, { to: 1.5 })).toThrow("expected 0 ≤ τ ≤ 1 at both ends");
    expect(() => logSnrGrid(4, condOt().timeOfSnr, { from: 0, to: 1 })).toThrow("expected positive finite ratios");
  });
});

describe("a shifted grid", () => {
  const { cases } = JSON.parse(
    readFileSync(new URL("../../../../tests/parity/diffusers_double_shift.json", import.meta.url), "utf8"),
  );

  test.each(cases as { shift: number; n: number; single_shift: number[] }[])(
    "agrees with the single shift of noise levels by $shift at $n levels",
    ({ shift, n, single_shift }) => {
      // The levels σ run from 1 down to 0.001, that is t from 0 up to 0.999.
      const levels = [...shiftedGrid(n - 1, shift, { to: 0.999 })].map((t) => 1 - t);
      // The file keeps all levels, or the last three.
      single_shift.forEach((sigma, i) => {
        expect(Math.abs(levels[n - single_shift.length + i] - sigma)).toBeLessThan(1e-14);
      });
    },
  );

  test("shifting by k and by 1/k is the identity, and by k twice is by k²", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 10, noNaN: true }), (t, k) => {
        expect(shiftTime(shiftTime(t, k), 1 / k)).toBeCloseTo(t, 12);
        expect(shiftTime(shiftTime(t, k), k)).toBeCloseTo(shiftTime(t, k * k), 12);
      }),
    );
  });

  test("keeps the ends of [0, 1] and divides the ratio t/(1 − t) by the shift", () => {
    const grid = shiftedGrid(8, 3);
    expect([grid[0], grid[8]]).toEqual([0, 1]);
    for (let n = 1; n < 8; n++) expect(grid[n] / (1 - grid[n])).toBeCloseTo(n / (8 - n) / 3, 13);
  });

  test.each([0, -1, Infinity, Number.NaN])("refuses the shift %s", (shift) => {
    expect(() => shiftedGrid(8, shift)).toThrow(RangeError);
    expect(() => shiftedGrid(8, 2, { to: 1.1 })).toThrow(RangeError);
  });
});

test("a reversed grid is the way back, and a new grid", () => {
  const grid = uniformGrid(4);
  expect([...reverseGrid(grid)]).toEqual([1, 0.75, 0.5, 0.25, 0]);
  expect(grid[0]).toBe(0);
});
