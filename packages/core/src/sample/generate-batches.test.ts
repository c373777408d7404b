import { expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { heun } from "../ode/index.js";
import { points, pointsOf, rows } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { fixedSteps, generate, generateBatches } from "./index.js";

const { field } = atomPath(
  condOt(),
  atoms(
    pointsOf([
      [1, 2],
      [-1, 0.5],
    ]),
  ),
);
const x0 = points(normal(rngOf(1), new Float64Array(14)), 2);
const options = { integrator: fixedSteps(heun, 5), to: 0.9 };

it("gives the rows of one batch of all, in order", async () => {
  const whole = generate(field, x0, options).y;
  const seen: number[] = [];
  for await (const { from, y, nfe } of generateBatches(field, x0, { ...options, batch: 3 })) {
    seen.push(from, y.size, nfe);
    expect(y.data).toEqual(rows(whole, from, from + y.size).data.slice());
  }
  expect(seen).toEqual([0, 3, 10, 3, 3, 10, 6, 1, 10]);
});

it("reports every evaluation, and stops at once when the caller no longer wants more", async () => {
  const controller = new AbortController();
  const reports: number[][] = [];
  const onProgress = (done: number, total: number, t: number): void => {
    reports.push([done, total, t]);
    if (reports.length === 13) controller.abort(new Error("enough"));
  };
  const made: number[] = [];
  const run = async (): Promise<void> => {
    const batches = generateBatches(field, x0, { ...options, batch: 4, signal: controller.signal, onProgress });
    for await (const { y } of batches) made.push(y.size);
  };
  await expect(run()).rejects.toThrow("enough");
  expect(made).toEqual([4]);
  expect(reports).toHaveLength(13);
  expect(reports[0]).toEqual([0, 7, 0]);
  expect(reports[12].slice(0, 2)).toEqual([4, 7]);
});

it("refuses batches of no rows", async () => {
  await expect(generateBatches(field, x0, { batch: 0 }).next()).rejects.toThrow("a batch has 0 rows");
});
