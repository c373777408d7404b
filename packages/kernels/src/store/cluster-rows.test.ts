import { BLOCK, fork, normal, rngOf } from "@fluxion/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterOrder, type PlainRows, rowSplitter } from "./cluster-rows.js";

const gaussian = (size: number, dim: number): Float32Array =>
  Float32Array.from(normal(fork(rngOf(3), "rows"), new Float64Array(size * dim)));

/** Σ over blocks of Σ‖z − mean of the block‖²: what is left of the variance inside blocks. */
function within({ data, dim }: PlainRows, order: ArrayLike<number>, first = 0): number {
  let total = 0;
  for (let from = 0; from < order.length; ) {
    const to = Math.min(order.length, (Math.floor((first + from) / BLOCK) + 1) * BLOCK - first);
    for (let d = 0; d < dim; d++) {
      let [sum, squares] = [0, 0];
      for (let k = from; k < to; k++) {
        const v = data[(order[k] ?? 0) * dim + d] ?? 0;
        sum += v;
        squares += v * v;
      }
      total += squares - (sum * sum) / (to - from);
    }
    from = to;
  }
  return total;
}

const asGiven = (size: number): Uint32Array => Uint32Array.from({ length: size }, (_, i) => i);

describe("clusterOrder", () => {
  it("is a permutation of the rows, the same every time, also of equal rows and of few", () => {
    const shape = fc.record({
      size: fc.integer({ min: 1, max: 14000 }),
      dim: fc.integer({ min: 1, max: 4 }),
      first: fc.nat(5000),
    });
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 3 }), ({ size, dim, first }, levels) => {
        const data = gaussian(size, dim).map((v) => (levels === 0 ? 0 : Math.round(levels * v)));
        const order = clusterOrder({ data, dim }, first);
        expect(order.slice().sort()).toEqual(asGiven(size));
        expect(clusterOrder({ data, dim }, first)).toEqual(order);
      }),
      { numRuns: 12 },
    );
  });

  it("on a line it is the order of the blocks: every block lies below the next", () => {
    const rows = { data: gaussian(5 * BLOCK, 1), dim: 1 };
    const first = 1000; // the first block has room for BLOCK − 1000
    const order = clusterOrder(rows, first);
    const ends: [number, number][] = [];
    for (let from = 0; from < order.length; ) {
      const to = Math.min(order.length, (Math.floor((first + from) / BLOCK) + 1) * BLOCK - first);
      const values = Array.from(order.subarray(from, to), (i) => rows.data[i] ?? 0);
      ends.push([Math.min(...values), Math.max(...values)]);
      from = to;
    }
    ends.sort(([p], [q]) => p - q);
    for (let k = 1; k < ends.length; k++) expect(ends[k]?.[0]).toBeGreaterThanOrEqual(ends[k - 1]?.[1] ?? Infinity);
  });

  it("leaves about as much variance in 16 blocks of a Gaussian as 16 cells can: a fraction", () => {
    // In the plane 16 equal cells of a square grid would keep 1/16 of the variance of a uniform square; a Gaussian has tails.
    for (const [dim, most] of [
      [1, 0.03],
      [2, 0.15],
      [8, 0.75],
    ] as const) {
      const rows = { data: gaussian(16 * BLOCK, dim), dim };
      expect(within(rows, clusterOrder(rows)) / within(rows, asGiven(16 * BLOCK))).toBeLessThan(most);
    }
  });

  it("finds clusters that are dealt out in turn", () => {
    const centers = gaussian(8, 16).map((v) => 20 * v);
    const data = gaussian(8 * BLOCK, 16).map((v, at) => v + (centers[(Math.floor(at / 16) % 8) * 16 + (at % 16)] ?? 0));
    const rows = { data, dim: 16 };
    // what is left is the variance inside the clusters, up to rows at the edges of blocks
    expect(within(rows, clusterOrder(rows))).toBeLessThan(1.01 * 8 * BLOCK * 16);
  });
});

describe("rowSplitter", () => {
  it("sends half of the sample each way at every cut, and near rows to the same leaf", () => {
    const sample = { data: gaussian(4096, 3), dim: 3 };
    const { leaves, leafOf } = rowSplitter(sample, 4);
    expect(leaves).toBe(16);
    const counts = new Int32Array(leaves);
    for (let i = 0; i < 4096; i++) {
      const leaf = leafOf(sample, i);
      counts[leaf] = (counts[leaf] ?? 0) + 1;
    }
    expect(Array.from(counts)).toEqual(Array.from({ length: 16 }, () => 256));
    const nudged = { data: sample.data.map((v) => v + 1e-4), dim: 3 };
    let moved = 0;
    for (let i = 0; i < 4096; i++) if (leafOf(nudged, i) !== leafOf(sample, i)) moved++;
    expect(moved).toBeLessThan(20); // four cuts, a layer of 1e-4 at each, density below ½: 4·4096·1e-4 at most, five sigma on top
  });

  it("has one leaf at depth 0, and copes with equal rows", () => {
    expect(rowSplitter({ data: new Float32Array(2), dim: 2 }, 0).leafOf({ data: new Float32Array(2), dim: 2 }, 0)).toBe(0);
    const same = { data: new Float32Array(64), dim: 2 };
    const { leafOf } = rowSplitter(same, 2);
    expect([0, 31].map((i) => leafOf(same, i))).toEqual([leafOf(same, 0), leafOf(same, 0)]);
  });
});
