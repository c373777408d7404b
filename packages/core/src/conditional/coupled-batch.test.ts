import { expect, test } from "vitest";
import { assignment, couplingNamed, squaredDistances } from "../coupling/index.js";
import { atoms } from "../distribution/index.js";
import { atomPath, drawBatch } from "../field/index.js";
import { points, squaredRowDistances, takeRows } from "../points/index.js";
import { fork, normal, rngOf } from "../random/index.js";
import { cosine } from "../scheduler/index.js";
import { drawCoupledBatch } from "./coupled-batch.js";

const path = atomPath(cosine(), atoms(points(normal(fork(rngOf(1), "data"), new Float64Array(60)), 2)));

test("independent pairs are those of the path, byte for byte", () => {
  const { rows0, rows1, ...batch } = drawCoupledBatch(path, couplingNamed("independent"), rngOf(2), 20);
  expect(batch).toEqual(drawBatch(path, rngOf(2), 20));
  expect(rows0).toEqual(rows1);
});

test("transported pairs have the same ends and times and cost the least, and lie on the path", () => {
  const plain = drawBatch(path, rngOf(3), 24);
  const { t, x0, z, xt, ut, rows1 } = drawCoupledBatch(path, couplingNamed("ot"), rngOf(3), 24);
  expect([x0, t]).toEqual([plain.x0, plain.t]);
  expect([...rows1].sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, b) => b));
  expect(z).toEqual(takeRows(plain.z, rows1));
  const cost = squaredRowDistances(x0, z).reduce((sum, c) => sum + c, 0);
  expect(Math.abs(cost - assignment(squaredDistances(plain.x0, plain.z), 24).cost)).toBeLessThan(1e-12 * cost);
  t.forEach((time, b) => {
    const { alpha, beta, dAlpha, dBeta } = cosine().at(time);
    for (const d of [2 * b, 2 * b + 1]) {
      expect(Math.abs(xt.data[d] - alpha * z.data[d] - beta * x0.data[d])).toBeLessThan(1e-15);
      expect(Math.abs(ut.data[d] - dAlpha * z.data[d] - dBeta * x0.data[d])).toBeLessThan(1e-15);
    }
  });
});

test("a coupling that leaves rows out gives a smaller batch", () => {
  const batch = drawCoupledBatch(path, couplingNamed("partial:0.5"), rngOf(4), 16);
  expect([batch.t.length, batch.xt.size, batch.ut.size]).toEqual([8, 8, 8]);
});
