import { assignment, partialAssignment, sinkhorn, squaredDistances } from "@fluxion/core";
import { expect, test } from "vitest";
import { parity, pointsFrom, read, type Written } from "./load.js";

interface Plan {
  readonly plan: number[][];
}

interface File extends Record<"x" | "y" | "y6", number[][]>, Record<"a" | "b", number[]> {
  readonly sinkhorn: (Plan & { readonly reg: number })[];
  readonly unbalanced: (Plan & { readonly reg: number; readonly reg_m: [Written, Written] })[];
  readonly emd: Plan & { readonly cost: number };
  readonly partial: (Plan & { readonly count: number; readonly cost: number })[];
}

const file = parity<File>("pot");
const x = pointsFrom(file.x);
const cost = squaredDistances(x, pointsFrom(file.y));
const square = squaredDistances(x, pointsFrom(file.y6));
const weights = { rowWeights: file.a, columnWeights: file.b };

test.each(file.sinkhorn)("ot.sinkhorn, reg = $reg", ({ reg, plan }) => {
  const found = sinkhorn(cost, 6, 5, { epsilon: reg, ...weights, tolerance: 1e-13, maxIterations: 1e5 });
  plan.flat().forEach((p, at) => {
    // Both stop at a marginal error near 1e-13; a mass is off by that times its condition, below 10 here.
    expect(Math.abs(found.mass[at] - p)).toBeLessThan(1e-12);
  });
});

test.each(file.unbalanced)("ot.unbalanced.sinkhorn_unbalanced, reg = $reg, reg_m = $reg_m", ({ reg, reg_m, plan }) => {
  const marginalPenalty = [read(reg_m[0]), read(reg_m[1])] as const;
  const found = sinkhorn(cost, 6, 5, { epsilon: reg, marginalPenalty, ...weights, tolerance: 1e-14 });
  plan.flat().forEach((p, at) => {
    expect(Math.abs(found.mass[at] - p)).toBeLessThan(1e-12);
  });
});

test("ot.emd", () => {
  const found = assignment(square, 6);
  expect(Math.abs(found.cost - file.emd.cost)).toBeLessThan(1e-12);
  expect([...found.columnOfRow]).toEqual(file.emd.plan.map((row) => row.indexOf(1)));
});

test.each(file.partial)("ot.partial.partial_wasserstein, $count of 6", ({ count, cost: theirs, plan }) => {
  const { rows, columns, cost: found } = partialAssignment(square, 6, count);
  expect(Math.abs(found - theirs)).toBeLessThan(1e-12);
  rows.forEach((i, k) => {
    expect(plan[i][columns[k]]).toBe(1);
  });
});
