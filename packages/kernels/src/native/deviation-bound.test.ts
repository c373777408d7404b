import {
  normal,
  type Points,
  points,
  referenceBackend,
  rngOf,
  type Scan,
  type ScanQuery,
  type WeightedAtoms,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { deviationBound } from "./deviation-bound.js";

const gaussian = (size: number, dim: number, seed: number): Points =>
  points(normal(rngOf(seed), new Float64Array(size * dim)), dim);
const z = gaussian(300, 5, 1);
const equal: WeightedAtoms = { points: z, logWeights: new Float64Array(300).fill(-Math.log(300)) };
const x = gaussian(20, 5, 2);
const scale = { heaviest: -Math.log(300), radius: 10 };
const at = (alpha: number, beta: number): ScanQuery => ({
  alpha,
  variance: beta * beta,
  spread: true,
  top: 0,
  tangent: undefined,
});

/** √(spread/mass), by second moments. */
const directly = ({ state }: Scan, b: number): number => Math.sqrt((state.spread[b] ?? 0) / (state.mass[b] ?? 0));

describe("a deviation from the mean logit", () => {
  it.for([0.05, 0.3, 0.7])("is that from second moments for equal weights, at t = %s", async (t) => {
    const query = at(t, 1 - t);
    const scan = await referenceBackend(equal).scan(x, query, { kind: "exact" });
    for (let b = 0; b < x.size; b++) {
      const bound = deviationBound(scan, b, { x, query }, scale);
      expect(bound).toBeGreaterThanOrEqual(directly(scan, b));
      expect(bound).toBeLessThan(directly(scan, b) * (1 + 1e-9)); // rounding of the logits over α², at most 10⁻¹³/0.0025
    }
  });

  it("is no less for unequal weights, by the entropy of their prior at most", async () => {
    const raw = normal(rngOf(3), new Float64Array(300));
    const total = Math.log(raw.reduce((sum, v) => sum + Math.exp(v), 0));
    const atoms = { points: z, logWeights: raw.map((v) => v - total) };
    const heaviest = Math.max(...atoms.logWeights);
    const lightest = Math.min(...atoms.logWeights);
    const query = at(0.5, 0.5);
    const scan = await referenceBackend(atoms).scan(x, query, { kind: "exact" });
    for (let b = 0; b < x.size; b++) {
      const squared = deviationBound(scan, b, { x, query }, { heaviest, radius: 10 }) ** 2;
      expect(squared).toBeGreaterThan(directly(scan, b) ** 2);
      expect(squared).toBeLessThan(directly(scan, b) ** 2 + (2 * query.variance * (heaviest - lightest)) / query.alpha ** 2);
    }
  });

  it("holds when every sum is off as far as it may be", async () => {
    const query = at(0.3, 0.7);
    const { state, error, ...counts } = await referenceBackend(equal).scan(x, query, { kind: "exact" });
    const plus = (values: Float64Array, off: number): Float64Array => values.map((v) => v + off);
    const move = (off: { logit?: number; mean?: number; mass?: number }): Scan => ({
      ...counts,
      state: {
        ...state,
        top: plus(state.top, off.logit ?? 0), // logits too high: atoms look nearer than they are
        logitSum: state.logitSum.map((v) => v * (1 - (off.mass ?? 0))),
        mass: state.mass.map((v) => v * (1 + (off.mass ?? 0))),
        mean: points(
          state.mean.data.map((m, k) => {
            const b = Math.floor(k / 5);
            const gaps = Array.from({ length: 5 }, (_, d) => (x.data[b * 5 + d] ?? 0) - 0.3 * (state.mean.data[b * 5 + d] ?? 0));
            return m - ((off.mean ?? 0) * (gaps[k % 5] ?? 0)) / Math.hypot(...gaps); // away from x/α
          }),
          5,
        ),
      },
      error: {
        ...error,
        logit: plus(error.logit, off.logit ?? 0),
        mean: plus(error.mean, off.mean ?? 0),
        mass: plus(error.mass, off.mass ?? 0),
      },
    });
    const exact = { ...counts, state, error };
    for (const off of [{ logit: 1e-3 }, { mean: 1e-3 }, { mass: 1e-3 }, { logit: 1e-2, mean: 1e-2, mass: 1e-2 }]) {
      const scan = move(off);
      const blind = { ...scan, error };
      for (let b = 0; b < x.size; b++) {
        expect(deviationBound(scan, b, { x, query }, scale)).toBeGreaterThanOrEqual(directly(exact, b));
        expect(deviationBound(blind, b, { x, query }, scale)).toBeLessThan(directly(exact, b)); // so that each term is needed
      }
    }
  });

  it("says nothing without sums, and where the atoms do not show in the logits", async () => {
    const query = at(0.3, 0.7);
    const scan = await referenceBackend(equal).scan(x, query, { kind: "exact" });
    const missing = { ...scan, error: { ...scan.error, mass: scan.error.mass.map(() => Infinity) } };
    expect(deviationBound(missing, 0, { x, query }, scale)).toBe(Infinity);
    expect(deviationBound(scan, 0, { x, query: at(0, 1) }, scale)).toBe(Infinity);
  });
});
