import { fork, normal, rngOf, uniform } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { atomsOf, kinds } from "../../../../tests/support/low-dim-atoms.js";
import { buildTree } from "./build-tree.js";
import { topSearch } from "./top-atoms.js";

test("the largest logits are those of all atoms to the last bit, ties in the order of the data", () => {
  fc.assert(
    fc.property(
      fc.record({
        kind: fc.constantFrom(...kinds),
        N: fc.integer({ min: 1, max: 200 }),
        D: fc.integer({ min: 1, max: 5 }),
        key: fc.nat(1e6),
      }),
      fc.constantFrom(1, 2, 7, 500),
      fc.constantFrom(0, 0.01, 0.5, 0.99),
      (recipe, count, alpha) => {
        const { points: z, logWeights } = atomsOf(recipe);
        const tree = buildTree({ points: z, logWeights }, { leaf: 3 });
        const [shift] = uniform(fork(rngOf(recipe.key), "shift"), new Float64Array(1));
        const x = normal(fork(rngOf(recipe.key), "x"), new Float64Array(recipe.D)).map((v) => (shift < 0.5 ? v : Math.round(v)));
        const variance = (1 - alpha) ** 2;
        const logits = Array.from({ length: recipe.N }, (_, i) => {
          let squared = 0;
          for (let d = 0; d < recipe.D; d++) {
            const r = x[d] - alpha * z.data[i * recipe.D + d];
            squared += r * r;
          }
          return logWeights[i] + (-0.5 / variance) * squared;
        });
        const order = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a] || a - b);
        const found = topSearch(tree)(x, { alpha, variance }, Math.min(count, recipe.N));
        expect([...found.places].map((place) => tree.atomAt[place])).toEqual(order.slice(0, found.places.length));
        expect([...found.logits]).toEqual(order.slice(0, found.logits.length).map((i) => logits[i]));
      },
    ),
  );
});

test("one atom among many is found by looking at few nodes", () => {
  const tree = buildTree(atomsOf({ kind: "random", N: 20_000, D: 2, key: 4 }));
  const search = topSearch(tree);
  const at = tree.places.subarray(2 * 777, 2 * 778);
  const found = search(
    at.map((v) => 0.99 * v),
    { alpha: 0.99, variance: 1e-4 },
    1,
  );
  expect(found.places[0]).toBe(777);
  expect(found.visits).toBeLessThan(20 * tree.depth);
});

test("among the atoms of some nodes only those are found", () => {
  const tree = buildTree(atomsOf({ kind: "random", N: 500, D: 2, key: 6 }), { leaf: 4 });
  const search = topSearch(tree);
  const x = Float64Array.of(0.3, -0.2);
  const kernel = { alpha: 0.9, variance: 0.01 };
  const [left, right] = [1, 2].map((node) => search(x, kernel, 1, Int32Array.of(node)).logits[0]);
  expect(Math.max(left, right)).toBe(search(x, kernel, 1).logits[0]);
  expect(left).not.toBe(right);
});
