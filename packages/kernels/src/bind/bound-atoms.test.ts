import { atoms, points } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bindAtoms } from "./bound-atoms.js";

const problem = fc.record({
  N: fc.integer({ min: 1, max: 12 }),
  D: fc.integer({ min: 1, max: 9 }),
  offset: fc.constantFrom(0, 1, 1e6, -1e-9),
  scale: fc.constantFrom(1, 1e-6, 1e12),
  draws: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 108, maxLength: 108 }),
});

test("atoms are center + stored + a loss within its bound, and within the radius of the center", () => {
  fc.assert(
    fc.property(problem, ({ N, D, offset, scale, draws }) => {
      const data = points(
        Float64Array.from({ length: N * D }, (_, i) => scale * ((draws[i] ?? 0) + offset)),
        D,
      );
      const set = atoms(
        data,
        draws.slice(0, N).map((v) => 1 + Math.abs(v)),
      );
      const bound = bindAtoms(set);
      for (let i = 0; i < set.points.size; i++) {
        let [lost, away, half] = [0, 0, 0];
        for (let d = 0; d < D; d++) {
          const z = set.points.data[i * D + d] ?? Number.NaN;
          const kept = bound.stored[i * D + d] ?? Number.NaN;
          const c = bound.center[d] ?? Number.NaN;
          lost += (z - c - kept) ** 2; // its own rounding is what the bound allows for
          away += (z - c) ** 2;
          half += kept * kept;
        }
        expect(Math.sqrt(lost)).toBeLessThanOrEqual(bound.storageError);
        expect(Math.sqrt(away)).toBeLessThanOrEqual(bound.radius);
        expect(bound.halfNorms[i]).toBeCloseTo(half / 2, 10 - Math.max(0, Math.ceil(Math.log10(1 + half))));
      }
    }),
  );
});

test("what float32 holds exactly about its center loses nothing but the last bit of float64", () => {
  const bound = bindAtoms(atoms(points(Float64Array.of(-3, -1, 1, 3), 1)));
  expect([...bound.center]).toEqual([0]);
  expect([...bound.stored]).toEqual([-3, -1, 1, 3]);
  expect([...bound.halfNorms]).toEqual([4.5, 0.5, 0.5, 4.5]);
  expect(bound.storageError).toBeLessThan(1e-14);
  expect(bound.radius).toBeCloseTo(3, 12);
});
