import { fork, logSumExp, normal, rngOf, uniform } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { atomsOf, kinds } from "../../../../tests/support/low-dim-atoms.js";
import { type AtomTree, endOf, startOf } from "./atom-tree.js";
import { buildTree } from "./build-tree.js";
import { type Interactions, ROOT, startFrom, type Tile } from "./interactions.js";
import type { Kernel } from "./top-atoms.js";
import { walker } from "./walker.js";

const recipes = fc.record({
  kind: fc.constantFrom(...kinds),
  N: fc.integer({ min: 1, max: 150 }),
  D: fc.integer({ min: 2, max: 4 }),
  key: fc.nat(1e6),
  t: fc.oneof(fc.double({ min: 0, max: 0.98, noNaN: true }), fc.constantFrom(0, 0.9, 0.99)),
  half: fc.constantFrom(0, 0.1, 1),
});

/** Logits of all places at x. */
function logitsAt({ places, logWeights, dim }: AtomTree, x: Float64Array, { alpha, variance }: Kernel): Float64Array {
  return logWeights.map((w, i) => w - x.reduce((sum, v, d) => sum + (v - alpha * places[i * dim + d]) ** 2, 0) / (2 * variance));
}

/** A tile around a point of the path, and points of it: the centre, its corners and some between. */
function tileAt(tree: AtomTree, t: number, half: number, key: number): { tile: Tile; inside: Float64Array[] } {
  const { dim } = tree;
  const e = normal(fork(rngOf(key), "x"), new Float64Array(dim));
  const centre = e.map((v, d) => t * tree.places[d] + (1 - t) * v);
  const halves = [0, 1].map((j) => centre.map((_, d) => (d === j ? half * (1 - t) : 0.1 * half * (1 - t))));
  const random = uniform(fork(rngOf(key), "inside"), new Float64Array(8)).map((u) => 2 * u - 1);
  const corners = [0, 0, 1, 1, 1, -1, -1, 1, -1, -1, ...random];
  const inside = Array.from({ length: corners.length / 2 }, (_, k) =>
    centre.map((v, d) => v + corners[2 * k] * halves[0][d] + corners[2 * k + 1] * halves[1][d]),
  );
  return { tile: { centre, halves: half === 0 ? [] : halves }, inside: half === 0 ? [centre] : inside };
}

/** Which places a list keeps. */
const kept = (tree: AtomTree, list: Interactions): Set<number> =>
  new Set(
    [...list.nodes.subarray(0, list.count)].flatMap((node) =>
      Array.from({ length: endOf(tree, node) - startOf(tree, node) }, (_, k) => startOf(tree, node) + k),
    ),
  );

test("everywhere in a tile Z is at least the floor, what was dropped at most its share, and what was kept within reach", () => {
  fc.assert(
    fc.property(recipes, ({ t, half, ...recipe }) => {
      const tree = buildTree(atomsOf(recipe), { leaf: 4 });
      const { tile, inside } = tileAt(tree, t, half, recipe.key);
      const kernel = { alpha: t, variance: (1 - t) ** 2 };
      const list = walker(tree)(tile, kernel, { mean: 1e-3, share: 1e-4 });
      const stays = kept(tree, list);
      expect(stays.size + list.dropped).toBe(recipe.N);
      expect(list.share).toBeLessThanOrEqual(1e-4);
      for (const x of inside) {
        const logits = logitsAt(tree, x, kernel);
        const all = logSumExp(logits);
        const turn = x.reduce((sum, v, d) => {
          const [c, a] = [tile.centre[d], t * list.anchor[d]];
          return sum + (v - c) * (a - (v + c) / 2);
        }, 0);
        expect(all).toBeGreaterThanOrEqual(list.floor + turn / kernel.variance - 1e-9 * (1 + Math.abs(all)));
        const lost = logits.reduce((sum, l, i) => (stays.has(i) ? sum : sum + Math.exp(l - all)), 0);
        expect(lost).toBeLessThanOrEqual(list.share + 1e-15);
        for (const i of stays) {
          const far = Math.hypot(...x.map((v, d) => v - t * tree.places[i * tree.dim + d]));
          expect(far).toBeLessThanOrEqual(list.reach * (1 + 1e-12) + 1e-12);
        }
      }
    }),
  );
});

test("a walk of a part of a tile may begin where that of the tile ended, and inherits what it dropped", () => {
  const tree = buildTree(atomsOf({ kind: "clustered", N: 4000, D: 2, key: 3 }), { leaf: 8 });
  const walk = walker(tree);
  const kernel = { alpha: 0.9, variance: 0.01 };
  const { tile } = tileAt(tree, 0.9, 1, 5);
  const whole = walk(tile, kernel, { mean: 1e-3, share: 1e-4 });
  const start = startFrom(whole);
  const [before, visits] = [whole.share, whole.visits];
  const part = { centre: tile.centre, halves: tile.halves.map((e) => e.map((v) => v / 2)) };
  const inner = walk(part, kernel, { mean: 1e-3, share: 1e-4 }, start);
  expect(inner.share).toBeGreaterThanOrEqual(before);
  expect(inner.visits).toBeLessThan(visits);
  expect(kept(tree, inner).size + inner.dropped).toBe(4000);
});

test("a walk ends, incomplete, when a level has more nodes than it may have", () => {
  const tree = buildTree(atomsOf({ kind: "random", N: 4000, D: 2, key: 3 }), { leaf: 2 });
  const { tile } = tileAt(tree, 0.8, 0, 5);
  const kernel = { alpha: 0.8, variance: 0.04 };
  const allowance = { mean: 1e-9, share: 1e-9 };
  expect(walker(tree)(tile, kernel, { ...allowance, most: 16 }).complete).toBe(false);
  expect(walker(tree)(tile, kernel, allowance, ROOT).complete).toBe(true);
});

test("a smaller allowance never keeps less", () => {
  const tree = buildTree(atomsOf({ kind: "random", N: 3000, D: 2, key: 9 }));
  const { tile } = tileAt(tree, 0.7, 0, 2);
  const walk = walker(tree);
  const sizes = [1e-1, 1e-3, 1e-5, 1e-7].map(
    (mean) => kept(tree, walk(tile, { alpha: 0.7, variance: 0.09 }, { mean, share: mean })).size,
  );
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
});
