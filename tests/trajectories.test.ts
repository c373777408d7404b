/** Exact trajectories of the 1,797 digits, from noise to certified data points. */
import { readFileSync } from "node:fs";
import {
  atomPath,
  atomPosterior,
  atoms,
  condOt,
  exactFlow,
  marginalField,
  normal,
  type Points,
  pointSpace,
  points,
  rk4,
  rngOf,
  row,
  rungeKutta,
  snrGrid,
  solve,
  verifyCapture,
} from "@fluxion/core";
import { readCsv } from "@fluxion/io";
import { plainEngine, sampleExact } from "@fluxion/kernels";
import { expect, it } from "vitest";

const all = process.env.FLUXION_TEST_ALL === "1";
const { data, columns } = readCsv(readFileSync(new URL("../packages/cli/data/digits.csv.gz", import.meta.url)), {
  labelColumn: "last",
});
const digits = atoms(
  points(
    data.map((v) => v / 8 - 1),
    columns,
  ),
);
const noise = (size: number): Points => points(normal(rngOf(11), new Float64Array(size * columns)), columns);

it("end where the adaptive flow in x and t ends, every one certified, every proof checked from scratch", async () => {
  const x0 = noise(all ? 200 : 12);
  const got = await sampleExact(plainEngine(digits), x0);
  expect([...got.index]).toEqual([...exactFlow(atomPath(condOt(), digits), x0).index]);
  for (const [b, proof] of got.proofs.entries()) {
    if (proof === undefined) throw new Error(`no proof of row ${b}`);
    expect(verifyCapture(digits, row(got.w, b), proof)).toBe(true);
    expect(proof.radius).toBeGreaterThan(got.error[b] ?? Infinity);
    expect(got.captureTime[b]).toBeLessThan(0.9);
  }
});

it("end where 2,000 steps of the classical method end", { timeout: 900_000 }, async (ctx) => {
  if (!all) ctx.skip("2,000 steps take minutes: run with FLUXION_TEST_ALL=1");
  const x0 = noise(60);
  const field = marginalField(condOt(), atomPosterior(digits));
  const grid = snrGrid(2000, condOt().timeOfSnr, { from: 0, to: 0.97 });
  const { y } = solve(rungeKutta(pointSpace, rk4, x0, grid), field);
  const { top } = field.quantities(0.97, y, ["denoiser"], { top: 1 });
  expect([...(await sampleExact(plainEngine(digits), x0)).index]).toEqual([...top.indices]);
});
