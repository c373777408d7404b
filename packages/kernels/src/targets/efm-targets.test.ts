import { atomPosterior, conditionalVelocity, condOt, marginalField, normal, points, rngOf, row } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { problem } from "../../../../conformance/posterior-problems.js";
import { efmTargets } from "./efm-targets.js";
import { targetOracle } from "./target-oracle.js";
import type { GridPlan } from "./target-plan.js";

const { atoms: all } = problem(30, 3, 95);
const scheduler = condOt();
const plan: GridPlan = {
  kind: "grid",
  rows: [4, 11],
  noise: points(normal(rngOf(96), new Float64Array(6)), 3),
  t: [0.2, 0.6],
  antithetic: true,
};

describe("targets from M references", () => {
  test("are the conditional ones for M = 1 and the exact ones for M = N, at the same points", async () => {
    const one = efmTargets(all, scheduler, plan, { references: 1, rng: rngOf(1) });
    const every = efmTargets(all, scheduler, plan, { references: 30, rng: rngOf(1) });
    const exact = await (await targetOracle(all)).evaluate(scheduler, plan);
    expect(one.xt).toEqual(exact.xt);
    expect(one.t).toEqual(exact.t);
    for (let p = 0; p < 16; p++) {
      const at = scheduler.at(one.t[p] ?? Number.NaN);
      const z = points(row(all.points, plan.rows[Math.floor(p / 4) % 2] ?? 0).slice(), 3);
      const pair = conditionalVelocity(at, points(row(one.xt, p).slice(), 3), z);
      for (let d = 0; d < 3; d++) {
        expect(Math.abs((row(one.ut, p)[d] ?? 0) - (pair.data[d] ?? Number.NaN))).toBeLessThan(1e-13);
        // The exact ones leave out weights of 3e-10 together.
        expect(Math.abs((row(every.ut, p)[d] ?? 0) - (row(exact.ut, p)[d] ?? Number.NaN))).toBeLessThan(1e-8);
      }
    }
    expect([one.certificate.evaluations, one.certificate.skipped]).toEqual([16, 16 * 29]);
    expect(one.certificate.promise).toBe("statistical");
  });

  test("differ from the exact ones by nothing on average, and by less with more references", () => {
    // Atoms drawn as the data are, so that given x the own atom has the posterior as its law.
    const P = 3000;
    const { atoms } = problem(30, 1, 97);
    const equal = { points: atoms.points, logWeights: new Float64Array(30).fill(-Math.log(30)) };
    const many = {
      kind: "aligned",
      rows: Array.from({ length: P }, (_, p) => p % 30),
      noise: points(normal(rngOf(98), new Float64Array(P)), 1),
      t: new Float64Array(P).fill(0.4),
    } as const;
    const field = marginalField(scheduler, atomPosterior(equal));
    const variance = [1, 4, 15].map((references) => {
      const { xt, ut } = efmTargets(equal, scheduler, many, { references, rng: rngOf(99) });
      const { velocity = new Float64Array(P) } = field.quantities(0.4, xt, ["velocity"]).values;
      const off = ut.data.map((v, p) => v - (velocity[p] ?? 0));
      const mean = off.reduce((sum, v) => sum + v, 0) / P;
      const square = off.reduce((sum, v) => sum + v * v, 0) / P;
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(square / P));
      return square;
    });
    expect(variance[1]).toBeLessThan(0.6 * (variance[0] ?? 0));
    expect(variance[2]).toBeLessThan(0.5 * (variance[1] ?? 0));
  });
});
