import { normal, rngOf } from "@fluxion/core";
import { expect, test } from "vitest";
import { centreRows } from "./centre-rows.js";

const even = (n: number): Float64Array => new Float64Array(n).fill(-Math.log(n));

test("the weighted mean of what is stored is zero but for its rounding, in whichever array it is stored", () => {
  const data = Float32Array.from(normal(rngOf(4), new Float64Array(2000)), (v) => 5 + v);
  const logWeights = even(500);
  const apart = centreRows(data.slice(), 4, logWeights, new Float32Array(2000));
  expect(centreRows(data, 4, logWeights, data)).toEqual(apart);
  expect(data).toEqual(apart.stored);
  for (let d = 0; d < 4; d++) {
    const sum = apart.stored.reduce((total, y, at) => (at % 4 === d ? total + y : total), 0);
    expect(Math.abs(sum / 500)).toBeLessThanOrEqual(apart.storageError); // each y is off by no more, and so is their mean
  }
});

test("rows far from zero lose what float32 cannot hold beside their spread, and no more than is said", () => {
  const rows = Float64Array.of(1e8, 1e8 + 1 / 3);
  const { stored, center, storageError, radius } = centreRows(rows, 1, even(2), new Float32Array(2));
  for (const [i, y] of stored.entries()) {
    expect(Math.abs((rows[i] ?? 0) - (center[0] ?? 0) - y)).toBeLessThanOrEqual(storageError);
  }
  expect(radius).toBeGreaterThanOrEqual(1 / 6 - 1e-7); // half the gap, up to the last bits of 10⁸ in float64
  expect(storageError).toBeLessThan(1e-7);
});
