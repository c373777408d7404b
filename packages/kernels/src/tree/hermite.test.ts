import { normal, rngOf } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expandMass, expandMean, expandSpread, expandTangent, hermiteTable } from "./hermite.js";
import { monomials, multiIndices } from "./multi-index.js";
import { majorantTails } from "./tails.js";

const problems = fc.record({
  dim: fc.integer({ min: 1, max: 4 }),
  order: fc.integer({ min: 2, max: 8 }),
  slope: fc.double({ min: 0, max: 2, noNaN: true }),
  curvature: fc.double({ min: 0, max: 1.5, noNaN: true }),
  key: fc.nat(1e6),
});

/** A point d in the unit ball, a slope g and a direction v. */
function draw(dim: number, length: number, key: number): { d: Float64Array; g: Float64Array; v: Float64Array } {
  const raw = normal(rngOf(key), new Float64Array(3 * dim));
  const [d, g, v] = [raw.slice(0, dim), raw.slice(dim, 2 * dim), raw.slice(2 * dim)];
  const size = Math.hypot(...d) * (1 + Math.abs(raw[0]));
  const steep = Math.hypot(...g);
  return { d: d.map((x) => x / size), g: g.map((x) => (x * length) / steep), v };
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, j) => sum + x * b[j], 0);

test("an expansion of one atom and of its moments is off by less than the tails of the majorant", () => {
  fc.assert(
    fc.property(problems, ({ dim, order, slope, curvature, key }) => {
      const indices = multiIndices(dim, order);
      const { d, g, v } = draw(dim, slope, key);
      const c = monomials(indices, d, new Float64Array(indices.count)); // the moments d^a/a! of an atom at d
      const h = hermiteTable(indices)({ slope: g, curvature });
      const w = Math.exp(dot(g, d) - (curvature / 2) * dot(d, d));
      const tails = majorantTails(slope, curvature / 2, order, new Float64Array(order + 2));
      const block = { values: c, base: 0 };
      expect(Math.abs(expandMass(indices, h, c, 0) - w)).toBeLessThanOrEqual(tails[order + 1]);
      const mean = expandMean(indices, h, block, new Float64Array(dim)).map((x, j) => x - w * d[j]);
      expect(Math.hypot(...mean)).toBeLessThanOrEqual(tails[order]);
      expect(Math.abs(expandSpread(indices, h, block) - w * dot(d, d))).toBeLessThanOrEqual(tails[order - 1]);
      const tangent = expandTangent(indices, h, { ...block, v }, new Float64Array(dim)).map((x, j) => x - w * d[j] * dot(d, v));
      expect(Math.hypot(...tangent)).toBeLessThanOrEqual(tails[order - 1] * Math.hypot(...v));
    }),
  );
});

test("an expansion is exact in its order: halving ρ divides its error by 2^(p + 1)", () => {
  const order = 4;
  const indices = multiIndices(2, order);
  const { d, g } = draw(2, 1, 3);
  const errorAt = (rho: number): number => {
    const c = monomials(
      indices,
      d.map((x) => x * rho),
      new Float64Array(indices.count),
    );
    const h = hermiteTable(indices)({ slope: g, curvature: 0.7 });
    return Math.abs(expandMass(indices, h, c, 0) - Math.exp(rho * dot(g, d) - 0.35 * rho * rho * dot(d, d)));
  };
  expect(Math.log2(errorAt(0.2) / errorAt(0.1))).toBeCloseTo(order + 1, 0);
});

test("tails are the rest of the exponential series where c = 0, and grow with a and c", () => {
  const tails = majorantTails(1.5, 0, 6, new Float64Array(8));
  let rest = Math.exp(1.5);
  for (let n = 0, term = 1; n <= 7; n++, term *= 1.5 / n) {
    expect(tails[n]).toBeGreaterThanOrEqual(rest);
    expect(tails[n]).toBeLessThan(rest + 1e-13);
    rest -= term;
  }
  const more = majorantTails(1.6, 0.1, 6, new Float64Array(8));
  for (let n = 0; n <= 7; n++) expect(more[n]).toBeGreaterThan(tails[n]);
});

test("lower orders are prefixes of higher ones, and there are C(p + D, D)", () => {
  const [low, high] = [multiIndices(3, 2), multiIndices(3, 5)];
  expect(low.count).toBe(10);
  expect(high.count).toBe(56);
  expect(high.powers.subarray(0, low.powers.length)).toEqual(low.powers);
  expect([...high.upTo]).toEqual([1, 4, 10, 20, 35, 56]);
});
