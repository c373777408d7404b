import { fork, logSumExp, normal, rngOf } from "@fluxion/core";
import { BLOCK_ROWS, FLOAT32_CODING, memorySink, readIndex, storeWriter } from "@fluxion/io";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockBounds, rankBlocks } from "./block-bounds.js";

const DIM = 3;
const BLOCKS = 4;
/** Four blocks around centres of their own, as a store keeps them. */
const rows = normal(fork(rngOf(8), "rows"), new Float64Array(BLOCKS * BLOCK_ROWS * DIM)).map((v, at) =>
  Math.fround(v * 0.2 + 3 * Math.sin(Math.floor(at / (BLOCK_ROWS * DIM)) * 2 + (at % DIM))),
);
const { sink, files } = memorySink();
const writer = storeWriter({ dim: DIM, coding: FLOAT32_CODING, shardRows: 1e6 }, sink);
writer.push(rows);
const { size, norm } = writer.finish();
const index = readIndex(files.get("blocks.bin") ?? new Uint8Array(), size, DIM);

/** log Σ π_i exp(−‖x − αz_i‖²/(2v)) over the rows of a block. */
function logMass(x: Float64Array, alpha: number, variance: number, block: number): number {
  const logits = new Float64Array(BLOCK_ROWS);
  for (let i = 0; i < BLOCK_ROWS; i++) {
    let squared = 0;
    for (let d = 0; d < DIM; d++) squared += ((x[d] ?? 0) - alpha * (rows[(block * BLOCK_ROWS + i) * DIM + d] ?? 0)) ** 2;
    logits[i] = -Math.log(size) - squared / (2 * variance);
  }
  return logSumExp(logits);
}

const place = fc.tuple(
  fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: DIM, maxLength: DIM }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 1e-3, max: 1, noNaN: true }),
);

describe("blockBounds", () => {
  it("no block weighs more than its bound, anywhere on the path", () => {
    fc.assert(
      fc.property(place, ([at, alpha, variance]) => {
        const x = Float64Array.from(at);
        const bounds = blockBounds({ index, norm, lost: 0 }, x, { alpha, variance }, new Float64Array(BLOCKS));
        for (let k = 0; k < BLOCKS; k++) expect(bounds[k]).toBeGreaterThanOrEqual(logMass(x, alpha, variance, k) - 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  it("is the weight of the block where the ball may hold x, and grows with what rounding lost", () => {
    const x = Float64Array.from({ length: DIM }, (_, d) => 0.5 * (rows[d] ?? 0));
    const query = { alpha: 0.5, variance: 0.01 };
    const bounds = blockBounds({ index, norm, lost: 0 }, x, query, new Float64Array(BLOCKS));
    expect(bounds[0]).toBeCloseTo(Math.log(1 / BLOCKS), 6); // rounded up to float32
    const wider = blockBounds({ index, norm, lost: 0.1 }, x, query, new Float64Array(BLOCKS));
    expect(wider[1]).toBeGreaterThan(bounds[1] ?? 0);
  });
});

describe("rankBlocks", () => {
  it("orders blocks from the largest bound on, and bounds the sum of every tail from above by a hair", () => {
    const bound = fc.oneof(fc.double({ min: -1000, max: 5, noNaN: true }), fc.constant(-Infinity));
    fc.assert(
      fc.property(fc.array(bound, { minLength: 1, maxLength: 30 }), (list) => {
        const { order, tails } = rankBlocks(Float64Array.from(list));
        const sorted = Array.from(order, (k) => list[k] ?? 0);
        expect(sorted).toEqual([...list].sort((p, q) => q - p));
        expect(Array.from(order).sort((p, q) => p - q)).toEqual(list.map((_, k) => k));
        for (let j = 0; j < list.length; j++) {
          const exact = logSumExp(sorted.slice(j));
          if (exact === -Infinity) expect(tails[j]).toBe(-Infinity);
          else {
            expect(tails[j]).toBeGreaterThanOrEqual(exact - 1e-15 * Math.abs(exact));
            expect(tails[j]).toBeLessThan(exact + 1e-12 * (1 + Math.abs(exact)));
          }
        }
      }),
    );
  });
});
