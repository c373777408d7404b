/** Exact targets in bulk on real data, against a scan of every point by itself. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { atomPosterior, condOt, fork, normal, type Points, points, rngOf, row, rows } from "@fluxion/core";
import { readCsv, readIdx } from "@fluxion/io";
import { type GridPlan, type Targets, targetOracle } from "@fluxion/kernels";
import { expect, it } from "vitest";

const FASHION = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";

/** J = B of them, at T times in the middle of T equal parts of [0, 1]. */
function planOf({ size, dim }: Points, J: number, T: number): GridPlan {
  return {
    kind: "grid",
    rows: Array.from({ length: J }, (_, j) => Math.floor(((j + 0.37) * size) / J)),
    noise: points(normal(fork(rngOf(5), "noise"), new Float64Array(J * dim)), dim),
    t: Array.from({ length: T }, (_, k) => (k + 0.5) / T),
  };
}

async function expectExact(z: Points, J: number, T: number, everyNth: number): Promise<Targets> {
  const all = { points: z, logWeights: new Float64Array(z.size).fill(-Math.log(z.size)) };
  const oracle = await targetOracle(all);
  const scheduler = condOt();
  const found = await oracle.evaluate(scheduler, planOf(z, J, T), { spread: false });
  const posterior = atomPosterior(all);
  const { bound = new Float64Array(0) } = found.certificate;
  for (let p = 0; p < found.t.length; p += everyNth) {
    const at = scheduler.at(found.t[p] ?? Number.NaN);
    const { denoiser } = posterior.evaluate(rows(found.xt, p, p + 1), at);
    const off = Math.hypot(...row(found.denoiser, p).map((v, d) => v - Number(denoiser.data[d])));
    // The scan sees x rounded: an ulp of 4, over β² ≥ 1/256, times the spread of the data.
    expect(off).toBeLessThanOrEqual(Number(bound[p]) + 4e-16 * 256 * oracle.radius);
    expect(Number(bound[p])).toBeLessThanOrEqual(1e-8 * oracle.radius);
  }
  expect(found.work.rechecked).toBe(0);
  return found;
}

it("2,048 targets on the digits share their products: 64 times fewer, and 3 times fewer multiply-adds in all", async () => {
  const { data, columns } = readCsv(readFileSync(new URL("../packages/cli/data/digits.csv.gz", import.meta.url)), {
    labelColumn: "last",
  });
  const z = points(
    data.map((v) => v / 8 - 1),
    columns,
  );
  const { work, t } = await expectExact(z, 16, 8, 8);
  expect(t.length).toBe(2048);
  const one = z.size * z.dim; // products of one point by itself; its weighted sum costs as much again
  expect(work.products).toBe(32 * one);
  const ratio = (2 * 2048 * one) / (work.products + work.weights + work.sums);
  expect(ratio).toBeGreaterThan(3); // measured 3.4: early on the path most atoms have weight, and their sum is the work
});

it("targets on 4,000 pictures of Fashion-MNIST are as exact, where it is installed", async (context) => {
  if (!existsSync(FASHION)) context.skip(`${FASHION} is not there`);
  const { data } = readIdx(gunzipSync(readFileSync(FASHION)));
  const z = points(
    Float64Array.from({ length: 4000 * 784 }, (_, at) => Number(data[at]) / 127.5 - 1),
    784,
  );
  const { work } = await expectExact(z, 4, 6, 6);
  expect(work.products).toBe(8 * 4000 * 784);
});
