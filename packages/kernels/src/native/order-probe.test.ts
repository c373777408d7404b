import { describe, expect, it } from "vitest";
import type { Kernel } from "./onnxruntime.js";
import { probeLogitDepth } from "./order-probe.js";

/** Adds the terms of a list in some order, rounding to float32 after every addition. */
type Order = (terms: readonly number[]) => number;

const add = (a: number, b: number): number => Math.fround(a + b);
const inTurn: Order = (terms) => terms.reduce(add);
const blocks =
  (length: number): Order =>
  (terms) => {
    const sums = [];
    for (let from = 0; from < terms.length; from += length) sums.push(inTurn(terms.slice(from, from + length)));
    return inTurn(sums);
  };
const pairwise: Order = (terms) => {
  if (terms.length === 1) return terms[0] ?? 0;
  const middle = Math.ceil(terms.length / 2);
  return add(pairwise(terms.slice(0, middle)), pairwise(terms.slice(middle)));
};

/** A logits graph that adds in a known order, the bias first or last. */
function kernelOf(order: Order, biasFirst: boolean): Kernel {
  return {
    async run({ q, y, bias }, { logits }) {
      const [rows = 0, dim = 0] = q?.shape ?? [];
      const atoms = y?.shape[0] ?? 0;
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < atoms; i++) {
          const terms = Array.from({ length: dim }, (_, d) =>
            Math.fround((q?.data[r * dim + d] ?? 0) * (y?.data[i * dim + d] ?? 0)),
          );
          const constant = bias?.data[i] ?? 0;
          if (logits) logits.data[r * atoms + i] = biasFirst ? order([constant, ...terms]) : add(order(terms), constant);
        }
      }
    },
    async release() {},
  };
}

describe("probeLogitDepth", () => {
  // roundings that the deepest term meets: additions, one for the product, one that the probe leaves for the bias
  it.each([
    ["one after another", inTurn, false, 40, 40 + 1],
    ["one after another from the bias on", inTurn, true, 40, 40 + 1],
    ["in blocks of 8", blocks(8), false, 40, 7 + 4 + 2],
    ["in pairs", pairwise, false, 64, 6 + 2],
  ] as const)("finds the depth of sums taken %s", async (_, order, biasFirst, dim, expected) => {
    const depth = await probeLogitDepth(kernelOf(order, biasFirst), dim, 64);
    expect(depth).toBeGreaterThanOrEqual(expected);
    expect(depth).toBeLessThanOrEqual(expected + 1);
  });

  it("asks for more coordinates than a chunk has atoms in several turns", async () => {
    expect(await probeLogitDepth(kernelOf(pairwise, false), 80, 64)).toBeLessThanOrEqual(7 + 3);
  });

  it("falls back on any order where the answers are those of no sum", async () => {
    const broken = kernelOf(() => 0.5, false);
    expect(await probeLogitDepth(broken, 20, 64)).toBe(21);
  });
});
