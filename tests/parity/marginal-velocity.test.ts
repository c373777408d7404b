import { atomPosterior, atoms, condOt, marginalField, zerosLike } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { parity, pointsFrom, read, type Written } from "./load.js";

interface Case {
  readonly t: number;
  readonly sigmamin: number;
  readonly u_optimized: Written[][];
  readonly u_batch: Written[][];
  readonly get_log_pt?: Written[];
}

const file = parity<{ dataset: number[][]; x: number[][]; cases: Case[] }>("marginal_velocity");
const x = pointsFrom(file.x);
const D = x.dim;

/** Both of closedformfm's float64 forms and ours round differently: a few ulp, times 1/(1 − t) in x − tz. */
const close = (found: ArrayLike<number>, expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  expected.forEach((v, i) => {
    expect(Math.abs(found[i] - v)).toBeLessThanOrEqual(1e-12 * Math.abs(v));
  });
};

describe.each(file.cases.map((one) => [one.t, one.sigmamin, one] as const))("t = %d, σ_min = %d", (t, sigmaMin, one) => {
  const field = marginalField(condOt({ sigmaMin }), atomPosterior(atoms(pointsFrom(file.dataset))));

  test("the marginal vector field is theirs, in both of their forms", () => {
    for (const theirs of [one.u_optimized, one.u_batch].map((rows) => rows.flat().map(read))) {
      if (theirs.some(Number.isNaN)) {
        expect([t, sigmaMin]).toEqual([1, 0]);
        expect(() => field.evaluate(t, x, zerosLike(x))).toThrow(/^Cannot evaluate "velocity" at t = 1: it diverges/);
      } else {
        close(field.evaluate(t, x, zerosLike(x)).data, theirs);
      }
    }
  });

  const logDensity = one.get_log_pt; // none for σ_min > 0
  if (logDensity === undefined) return;

  test("log p_t is theirs, with the constant −(D/2) log 2π that they leave at one dimension", () => {
    const theirs = logDensity.map(read).map((value) => value - 0.5 * (D - 1) * Math.log(2 * Math.PI));
    if (t === 1) {
      expect(() => field.quantities(t, x, ["logDensity"])).toThrow(/it diverges/);
      return;
    }
    close(field.quantities(t, x, ["logDensity"]).values.logDensity ?? [], theirs);
  });
});
