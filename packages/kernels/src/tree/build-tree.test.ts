import { points, pointsOf } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AtomsRecipe, atomsOf, kinds, lineOf } from "../../../../tests/support/low-dim-atoms.js";
import { type AtomTree, endOf, levelOf, nodesOf, startOf } from "./atom-tree.js";
import { buildTree } from "./build-tree.js";
import { momentRounding } from "./node-moments.js";

const recipes: fc.Arbitrary<AtomsRecipe & { leaf: number }> = fc.record({
  kind: fc.constantFrom(...kinds),
  N: fc.integer({ min: 1, max: 150 }),
  D: fc.integer({ min: 1, max: 6 }),
  key: fc.nat(1e6),
  leaf: fc.constantFrom(2, 4, 32),
});

const nodesIn = (tree: AtomTree): number[] => Array.from({ length: nodesOf(tree.depth) }, (_, node) => node);
const placesOf = (tree: AtomTree, node: number): number[] =>
  Array.from({ length: endOf(tree, node) - startOf(tree, node) }, (_, k) => startOf(tree, node) + k);

test("the places are the atoms in another order, and every node is its two children, no leaf larger than asked", () => {
  fc.assert(
    fc.property(recipes, ({ leaf, ...recipe }) => {
      const atoms = atomsOf(recipe);
      const tree = buildTree(atoms, { leaf });
      expect([...tree.atomAt].sort((a, b) => a - b)).toEqual(Array.from({ length: recipe.N }, (_, i) => i));
      tree.atomAt.forEach((i, at) => {
        expect(tree.places.subarray(at * recipe.D, (at + 1) * recipe.D)).toEqual(lineOf(atoms.points, i));
        expect(tree.logWeights[at]).toBe(atoms.logWeights[i]);
      });
      for (const node of nodesIn(tree)) {
        if (levelOf(node) === tree.depth) {
          expect(endOf(tree, node) - startOf(tree, node)).toBeLessThanOrEqual(leaf);
          continue;
        }
        expect(startOf(tree, 2 * node + 1)).toBe(startOf(tree, node));
        expect(endOf(tree, 2 * node + 1)).toBe(startOf(tree, 2 * node + 2));
        expect(endOf(tree, 2 * node + 2)).toBe(endOf(tree, node));
      }
    }),
  );
});

test("boxes, balls, masses, extremes and second moments are those of the atoms inside", () => {
  fc.assert(
    fc.property(recipes, ({ leaf, ...recipe }) => {
      const tree = buildTree(atomsOf(recipe), { leaf });
      const { D } = recipe;
      for (const node of nodesIn(tree)) {
        const inside = placesOf(tree, node);
        if (inside.length === 0) continue;
        const z = inside.map((i) => tree.places.subarray(i * D, (i + 1) * D));
        const w = inside.map((i) => Math.exp(tree.logWeights[i]));
        const mass = w.reduce((sum, v) => sum + v, 0);
        const mean = tree.nodes.mean.subarray(node * D, (node + 1) * D);
        const squares = z.map((row) => row.reduce((sum, v, d) => sum + (v - mean[d]) ** 2, 0));
        for (let d = 0; d < D; d++) {
          expect(tree.nodes.lowest[node * D + d]).toBe(Math.min(...z.map((row) => row[d])));
          expect(tree.nodes.highest[node * D + d]).toBe(Math.max(...z.map((row) => row[d])));
        }
        const radius = tree.nodes.radius[node];
        expect(radius).toBeGreaterThanOrEqual(Math.sqrt(Math.max(...squares)));
        expect(tree.nodes.heaviest[node]).toBe(Math.max(...inside.map((i) => tree.logWeights[i])));
        expect(tree.nodes.first[node]).toBe(Math.min(...inside.map((i) => tree.atomAt[i])));
        // sums of at most 150 positive terms in another order
        expect(Math.abs(Math.exp(tree.nodes.logMass[node]) / mass - 1)).toBeLessThan(300 * Number.EPSILON + 1e-14);
        const trace = squares.reduce((sum, v, k) => sum + v * w[k], 0) / mass;
        expect(tree.nodes.flatness[node] * radius * radius).toBeGreaterThanOrEqual(
          Math.min(trace, radius * radius) * (1 - 1e-12),
        );
      }
    }),
    { numRuns: 40 },
  );
});

test("moments that were carried up from the leaves are those of the atoms, within the rounding that bounds assume", () => {
  fc.assert(
    fc.property(recipes, ({ leaf, ...recipe }) => {
      const tree = buildTree(atomsOf(recipe), { leaf });
      const { D } = recipe;
      const { indices, values } = tree.moments;
      const rounding = momentRounding(indices, tree.depth, leaf);
      for (const node of [0, 1, 2].filter((k) => k < nodesOf(tree.depth))) {
        const w = placesOf(tree, node).map((i) => Math.exp(tree.logWeights[i]));
        const mass = w.reduce((sum, v) => sum + v, 0);
        const rho = tree.nodes.radius[node] || 1;
        for (let a = 0; a < indices.count; a++) {
          const powers = indices.powers.subarray(a * D, (a + 1) * D);
          const degree = powers.reduce((sum, v) => sum + v, 0);
          const factorial = powers.reduce((product, v) => product * gammaOf(v), 1);
          const direct = placesOf(tree, node).reduce((sum, i, k) => {
            const d = powers.reduce((p, v, j) => p * ((tree.places[i * D + j] - tree.nodes.mean[node * D + j]) / rho) ** v, 1);
            return sum + (w[k] / mass) * d;
          }, 0);
          const slack = rounding * tree.nodes.path[node] ** degree + 400 * Number.EPSILON; // and that of the sum just made
          expect(Math.abs(values[node * indices.count + a] * factorial - direct)).toBeLessThanOrEqual(slack);
        }
      }
    }),
    { numRuns: 30 },
  );
});

/** n! */
const gammaOf = (n: number): number => Array.from({ length: n }, (_, k) => k + 1).reduce((product, k) => product * k, 1);

test("repeated coordinates take no longer than others", () => {
  const same = points(new Float64Array(2 * 20_000).fill(1), 2);
  const tree = buildTree({ points: same, logWeights: new Float64Array(20_000).fill(-Math.log(20_000)) });
  expect(tree.nodes.radius[0]).toBe(0);
  expect([...tree.nodes.mean.subarray(0, 2)]).toEqual([1, 1]);
});

test("data that are not finite, missing weights and high dimensions are refused", () => {
  const two = pointsOf([
    [0, 0],
    [1, Number.NaN],
  ]);
  expect(() => buildTree({ points: two, logWeights: new Float64Array(2) })).toThrow(RangeError);
  expect(() => buildTree({ points: points(new Float64Array(4), 2), logWeights: new Float64Array(1) })).toThrow(
    /2 points have 1 weights/,
  );
  expect(() => buildTree({ points: points(new Float64Array(0), 2), logWeights: new Float64Array(0) })).toThrow(RangeError);
});
