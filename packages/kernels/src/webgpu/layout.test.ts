import fc from "fast-check";
import { expect, test } from "vitest";
import { type BufferLimits, CHUNK, chunksOf, rowLayout, rowsAtOnce, shardsOf, TILE } from "./layout.js";
import { planOf } from "./steps.js";

const limits: fc.Arbitrary<BufferLimits> = fc.record({
  bytes: fc.integer({ min: 1 << 21, max: 1 << 27 }),
  groups: fc.constantFrom(256, 65535),
});
const data = fc.record({ count: fc.integer({ min: 1, max: 3_000_000 }), dim: fc.integer({ min: 1, max: 4000 }) });

test("shards are whole tiles that follow each other and hold every atom once", () => {
  fc.assert(
    fc.property(data, limits, ({ count, dim }, limits) => {
      const layout = rowLayout(dim);
      fc.pre(16 * layout.quads * CHUNK <= limits.bytes); // else a single chunk does not fit
      let next = 0;
      const right = shardsOf(count, layout, limits).every(({ from, count: inside, stride }) => {
        const follows = from === next && from % CHUNK === 0;
        next += inside;
        return follows && stride === Math.ceil(inside / TILE) * TILE;
      });
      expect([right, next]).toEqual([true, count]);
    }),
  );
});

test("no array of a visit and no dispatch is larger than the device allows", () => {
  const visits = fc.record({
    kind: fc.constantFrom("tiled", "streamed", "logits"),
    spread: fc.boolean(),
    top: fc.constantFrom(0, 1, 64, 10_000),
    rows: fc.integer({ min: 1, max: 300_000 }),
    scratch: fc.integer({ min: 1, max: 1 << 27 }),
  });
  fc.assert(
    fc.property(data, limits, visits, ({ count, dim }, limits, { kind, rows, scratch, spread, top: wanted }) => {
      const layout = rowLayout(dim);
      fc.pre(16 * layout.quads * CHUNK <= limits.bytes);
      const want = kind === "logits" ? "logits" : "states";
      const streamed = kind === "streamed";
      const top = kind === "tiled" ? wanted : 0;
      const shards = shardsOf(count, layout, limits);
      for (const shard of [...shards.slice(0, 1), ...shards.slice(-1)]) {
        fc.pre(top === 0 || 9 * chunksOf(shard) * TILE * Math.min(top, CHUNK) <= limits.bytes / 2); // else it may be refused
        const padded = rowsAtOnce(rows, shard, { layout, limits, scratch, streamed, top });
        expect(padded % TILE).toBe(0);
        const request = {
          want,
          streamed,
          spread,
          tangent: kind === "tiled" && spread,
          top,
          count: Math.min(padded, rows),
          rows: padded,
        } as const;
        const plan = planOf(request, shard, layout);
        for (const [name, bytes] of plan.bytes) expect(bytes, name).toBeLessThanOrEqual(limits.bytes);
        const back = plan.back.reduce((sum, name) => sum + (plan.bytes.get(name) ?? 0), 0);
        expect(back, "all that comes back").toBeLessThanOrEqual(limits.bytes);
        for (const { groups } of plan.steps) expect(Math.max(...groups)).toBeLessThanOrEqual(limits.groups);
      }
    }),
  );
});

test("a row of the layout holds the point, and steps divide it", () => {
  for (let dim = 1; dim < 200; dim++) {
    const { quads, step } = rowLayout(dim);
    expect(quads % step).toBe(0);
    expect(4 * quads).toBeGreaterThanOrEqual(dim);
    expect(4 * quads - dim).toBeLessThan(4 * step);
  }
});

test("more of the largest weights than a buffer holds are refused", () => {
  const shard = { from: 0, count: 100_000, stride: 100_032 };
  const options = { layout: rowLayout(2), limits: { bytes: 1 << 21, groups: 65535 }, scratch: 1 << 20, streamed: false };
  expect(() => rowsAtOnce(1, shard, { ...options, top: 200 })).toThrow(
    "Cannot keep the 200 largest weights: a buffer of the device has room for 126; expected no more",
  );
  expect(rowsAtOnce(1, shard, { ...options, top: 126 })).toBe(64);
});

test("data of which not even a chunk fits a buffer are refused", () => {
  expect(() => shardsOf(10_000, rowLayout(784), { bytes: 1 << 20, groups: 65535 })).toThrow(
    "Cannot bind the data: a buffer of 1048576 bytes holds 334 atoms; expected room for 4096",
  );
  expect(shardsOf(300, rowLayout(784), { bytes: 1 << 20, groups: 65535 })).toEqual([{ from: 0, count: 300, stride: 320 }]);
});
