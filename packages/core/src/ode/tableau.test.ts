import { describe, expect, test } from "vitest";
import { dopri5 } from "./dormand-prince.js";
import { euler, isFirstSameAsLast, requireTableau, stagesToAdvance, type Tableau } from "./tableau.js";
import { tableauNamed, tableaus } from "./tableaus.js";

/** A rooted tree: the subtrees that hang from its root [Hairer1993, II.2]. */
type Tree = readonly Tree[];

/** All multisets of trees with `order` nodes in total, from the trees of at most `largest` nodes. */
function forests(order: number, largest: number): Tree[] {
  if (order === 0) return [[]];
  const found: Tree[] = [];
  for (let size = Math.min(order, largest); size >= 1; size--) {
    const shapes = trees(size);
    // Of the trees of this size take a multiset of every count ≥ 1, then only smaller trees.
    for (let count = 1; count * size <= order; count++) {
      for (const chosen of multisets(shapes, count)) {
        for (const rest of forests(order - count * size, size - 1)) found.push([...chosen, ...rest]);
      }
    }
  }
  return found;
}

function multisets(shapes: readonly Tree[], count: number): Tree[][] {
  if (count === 0) return [[]];
  return shapes.flatMap((shape, i) => multisets(shapes.slice(i), count - 1).map((rest) => [shape, ...rest]));
}

const trees = (order: number): Tree[] => forests(order - 1, order - 1);
const orderOf = (tree: Tree): number => tree.reduce((sum, child) => sum + orderOf(child), 1);
const density = (tree: Tree): number => tree.reduce((product, child) => product * density(child), orderOf(tree));

/** Φ_i(τ) = Π over the subtrees σ of Σ_j a_ij Φ_j(σ), for every stage i. */
function elementaryWeights({ a }: Tableau, tree: Tree): number[] {
  const children = tree.map((child) => elementaryWeights({ a } as Tableau, child));
  return a.map((row) => children.reduce((product, phi) => product * row.reduce((sum, value, j) => sum + value * phi[j], 0), 1));
}

/** Σ_i w_i Φ_i(τ) − 1/γ(τ) in units of the rounding of the sum: what vanishes for every tree up to the order. */
function residual(tableau: Tableau, weights: readonly number[], tree: Tree, target = 1 / density(tree)): number {
  const terms = elementaryWeights(tableau, tree).map((phi, i) => weights[i] * phi);
  const scale = terms.reduce((sum, term) => sum + Math.abs(term), Math.abs(target));
  return Math.abs(terms.reduce((sum, term) => sum + term, 0) - target) / scale;
}

/** Entries are rounded once, and a weight of a tree of 6 nodes is a sum of products of at most 6 of them over 7 stages. */
const ROUNDING = 100 * Number.EPSILON;
const all = Object.values(tableaus) as Tableau[];
const upTo = (order: number): Tree[] => Array.from({ length: order }, (_, n) => trees(n + 1)).flat();

test("there are 1, 1, 2, 4, 9, 20 rooted trees of 1, …, 6 nodes", () => {
  expect([1, 2, 3, 4, 5, 6].map((n) => trees(n).length)).toEqual([1, 1, 2, 4, 9, 20]);
});

describe.each(all)("$name", (tableau) => {
  test("row sums of a are c, and b sums to 1", () => {
    tableau.a.forEach((row, i) => {
      expect(Math.abs(row.reduce((sum, value) => sum + value, 0) - tableau.c[i])).toBeLessThan(ROUNDING * 30); // entries up to 14
    });
    expect(Math.abs(tableau.b.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(ROUNDING);
  });

  test("Σ b_i Φ_i(τ) = 1/γ(τ) for every rooted tree up to its order, and not for all of the next", () => {
    for (const tree of upTo(tableau.order)) expect(residual(tableau, tableau.b, tree)).toBeLessThan(ROUNDING);
    const worst = Math.max(...trees(tableau.order + 1).map((tree) => residual(tableau, tableau.b, tree)));
    expect(worst).toBeGreaterThan(1e-3);
  });
});

test("the embedded weights of dopri5 have order 4 and not 5", () => {
  for (const tree of upTo(4)) expect(residual(dopri5, dopri5.embedded.b, tree)).toBeLessThan(ROUNDING);
  expect(Math.max(...trees(5).map((tree) => residual(dopri5, dopri5.embedded.b, tree)))).toBeGreaterThan(1e-4);
});

test("the dense weights of dopri5 meet Σ b_i(θ) Φ_i(τ) = θ^|τ|/γ(τ) up to order 4 at every θ, and not order 5", () => {
  const last = dopri5.b.length - 1;
  const weightsAt = (theta: number): number[] => {
    const bump = (theta * (1 - theta)) ** 2;
    return dopri5.b.map((b, i) => {
      const ends = (i === 0 ? theta * (1 - theta) ** 2 : 0) + (i === last ? -theta * theta * (1 - theta) : 0);
      return theta * theta * (3 - 2 * theta) * b + ends + bump * (dopri5.dense?.[i] ?? Number.NaN);
    });
  };
  for (const theta of [0.1, 0.25, 0.5, 0.7, 0.9, 1]) {
    for (const tree of upTo(4)) {
      const target = theta ** orderOf(tree) / density(tree);
      expect(residual(dopri5, weightsAt(theta), tree, target)).toBeLessThan(ROUNDING);
    }
  }
  const worst = trees(5).map((tree) => residual(dopri5, weightsAt(0.5), tree, 0.5 ** 5 / density(tree)));
  expect(Math.max(...worst)).toBeGreaterThan(1e-3);
});

test("dopri5 is first same as last, read off its table, and the others are not", () => {
  expect(all.filter(isFirstSameAsLast).map(({ name }) => name)).toEqual(["dopri5"]);
  const moved = { ...dopri5, b: dopri5.b.with(6, 1 / 40) };
  expect(isFirstSameAsLast(moved)).toBe(false);
  expect(isFirstSameAsLast({ ...dopri5, c: dopri5.c.with(6, 0.9) })).toBe(false);
});

test("a step needs the stages up to the last of nonzero weight", () => {
  expect(all.map(stagesToAdvance)).toEqual([1, 2, 2, 4, 6]);
});

test("a table of unequal lengths or of an implicit method is refused", () => {
  expect(() => requireTableau({ ...euler, c: [0, 1] })).toThrow(
    'Cannot use the tableau "euler": a has 1 rows, b 1 and c 2 numbers; expected one of each per stage',
  );
  expect(() => requireTableau({ ...euler, a: [[1]] })).toThrow("the method is explicit");
  for (const tableau of all) requireTableau(tableau);
});

test("every method is registered under its own name", () => {
  for (const tableau of all) expect(tableauNamed(tableau.name)).toBe(tableau);
  expect(() => tableauNamed("rk45")).toThrow(
    'Cannot choose the Runge–Kutta method "rk45": no such method; expected one of euler, midpoint, heun, rk4, dopri5',
  );
  expect(() => tableauNamed("toString")).toThrow(RangeError);
});
