import fc from "fast-check";
import { expect, test } from "vitest";
import { arenaOf, scratchOf } from "./index.js";
import { webAssembly } from "./platform.js";

const memory = (maximum: number) => new (webAssembly().Memory)({ initial: 1, maximum, shared: true });

test("blocks never overlap, keep what is written, start on cache lines, and leave nothing behind", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(200_000), fc.constant(-1)), { maxLength: 60 }), (steps) => {
      const arena = arenaOf(memory(400));
      const held: { address: number; bytes: number; mark: number }[] = [];
      steps.forEach((bytes, mark) => {
        if (bytes < 0) {
          const freed = held.splice(mark % (held.length || 1), 1)[0];
          if (freed !== undefined) arena.free(freed.address);
          return;
        }
        const address = arena.allocate(bytes);
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThan(0);
        arena.i32(address, Math.floor(bytes / 4)).fill(mark);
        held.push({ address, bytes, mark });
      });
      for (const { address, bytes, mark } of held) {
        expect(arena.i32(address, Math.floor(bytes / 4)).every((v) => v === mark)).toBe(true);
        arena.free(address);
      }
      expect(arena.used()).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test("memory that was given back is used again, and joined", () => {
  const arena = arenaOf(memory(4));
  const [a, b, c] = [arena.allocate(60_000), arena.allocate(60_000), arena.allocate(60_000)];
  for (const address of [a, c, b]) arena.free(address);
  expect(arena.allocate(200_000)).toBe(a); // all four pages, as one
});

test("what cannot be had is refused, and so is freeing what is not a block", () => {
  const arena = arenaOf(memory(2));
  expect(() => arena.allocate(3 * 65536)).toThrow(RangeError);
  const a = arena.allocate(100);
  arena.free(a);
  expect(() => arena.free(a)).toThrow(RangeError);
});

test("what a scratch holds is freed together, and nothing else", () => {
  const arena = arenaOf(memory(4));
  arena.allocate(1000);
  const before = arena.used();
  const scratch = scratchOf(arena);
  scratch.free(scratch.allocate(5000));
  scratch.allocate(100);
  expect(scratch.used()).toBeGreaterThan(before + 5000);
  scratch.release();
  expect(arena.used()).toBe(before);
});
