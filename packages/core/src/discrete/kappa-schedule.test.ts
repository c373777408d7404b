import { describe, expect, test } from "vitest";
import { condOt, cosine, polynomial, vp } from "../scheduler/index.js";
import { cosineKappa, type KappaSchedule, kappaOf, mixingOfClock } from "./kappa-schedule.js";

const schedules: readonly KappaSchedule[] = [kappaOf(condOt()), kappaOf(polynomial(2)), kappaOf(polynomial(3.5)), cosineKappa()];

describe.each(schedules)("$name", (schedule) => {
  test("κ runs from 0 to 1, exactly at both ends", () => {
    expect(schedule.at(0)).toMatchObject({ kappa: 0, rest: 1 });
    expect(schedule.at(1)).toMatchObject({ kappa: 1, rest: 0, hazard: Infinity });
  });

  test("κ̇ is the slope of κ, and the hazard κ̇/(1 − κ) that of the clock", () => {
    const h = 1e-5;
    for (const t of [0.1, 0.4, 0.8, 0.95]) {
      const [before, here, after] = [t - h, t, t + h].map((time) => schedule.at(time));
      // Central differences: h²/6 times a third derivative of at most 100 (κ) and 2/(1 − t)³ = 2e4 (clock), and rounding ε/h.
      expect(Math.abs((after.kappa - before.kappa) / (2 * h) - here.dKappa)).toBeLessThan(2e-9);
      expect(Math.abs(Math.log(before.rest / after.rest) / (2 * h) - here.hazard)).toBeLessThan(1e-6);
      expect(Math.abs(here.hazard * here.rest - here.dKappa)).toBeLessThan(4e-16 * (1 + here.dKappa));
      expect(Math.abs(here.kappa + here.rest - 1)).toBeLessThan(4e-16);
    }
  });

  test("the time of the clock is its inverse, near both ends too", () => {
    for (const lambda of [1e-8, 0.01, 1, 5, 20]) {
      const { kappa, rest } = schedule.at(schedule.timeOfClock(lambda));
      const sharp = mixingOfClock(lambda);
      // t is rounded: of κ a relative 4ε or so, of 1 − κ near t = 1 the absolute ε times a slope of at most 4.
      expect(Math.abs(kappa - sharp.kappa)).toBeLessThan(32 * Number.EPSILON * sharp.kappa);
      expect(Math.abs(rest - sharp.rest)).toBeLessThan(32 * Number.EPSILON * sharp.rest + 8 * Number.EPSILON);
    }
    expect(schedule.timeOfClock(0)).toBe(0);
    expect(() => schedule.timeOfClock(-1)).toThrow("Cannot find the time of a clock: it shows -1; expected a number ≥ 0");
  });

  test("times outside [0, 1] are refused", () => {
    expect(() => schedule.at(-0.1)).toThrow(/expected 0 ≤ t ≤ 1/);
    expect(() => schedule.at(Number.NaN)).toThrow(/expected 0 ≤ t ≤ 1/);
  });
});

test("a scheduler with α + β ≠ 1 does not mix", () => {
  for (const scheduler of [cosine(), vp()]) {
    expect(() => kappaOf(scheduler)).toThrow(/^Cannot mix by ".*expected α \+ β = 1/);
  }
});
