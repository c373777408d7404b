import fc from "fast-check";
import { expect, it } from "vitest";
import { type LogitSizes, logitRounding, typicalRounding } from "./logit-rounding.js";

/** Weighted atoms by the norm of y and their log π, and how steep the query is. */
const cases = fc.record({
  atoms: fc.array(
    fc.record({
      norm: fc.double({ min: 0, max: 30, noNaN: true }),
      weight: fc.double({ min: 1e-3, max: 1, noNaN: true }),
      logWeight: fc.oneof(fc.constant(0), fc.double({ min: -20, max: 0, noNaN: true })),
    }),
    { minLength: 1, maxLength: 20 },
  ),
  alpha: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  steepness: fc.double({ min: 0, max: 1e3, noNaN: true }),
  format: fc.constantFrom("float32" as const, "float64" as const),
  storageError: fc.constantFrom(0, 1e-6),
});

it("typical errors of logits are no less than the root mean square of those of each atom, and no more than the largest", () => {
  let sharpest = 1;
  fc.assert(
    fc.property(cases, ({ atoms, alpha, steepness, format, storageError }) => {
      const query = { alpha, variance: (1 - alpha) ** 2 };
      const biasOf = ({ norm, logWeight }: (typeof atoms)[number]): number =>
        Math.abs(logWeight - ((alpha * alpha) / query.variance) * (norm * norm * 0.5));
      const norm = Math.max(...atoms.map((atom) => atom.norm));
      const bias = Math.max(...atoms.map(biasOf));
      const table = { format, norm, storageError };
      const sizes: LogitSizes = { dim: 40, depth: 41, steepness, distance: steepness, offset: 1e-14, bias };
      const total = atoms.reduce((sum, { weight }) => sum + weight, 0);
      const meanOf = (f: (atom: (typeof atoms)[number]) => number): number =>
        atoms.reduce((sum, atom) => sum + (atom.weight / total) * f(atom), 0);
      const size = Math.sqrt(meanOf((atom) => atom.norm ** 2)) * (1 + 1e-12);
      const lightest = Math.max(...atoms.map(({ logWeight }) => Math.abs(logWeight)));
      const typical = typicalRounding(table, sizes, query, { size, lightest });
      const single = (atom: (typeof atoms)[number]): number =>
        logitRounding({ ...table, norm: atom.norm }, { ...sizes, bias: biasOf(atom) }, query);
      expect(typical * (1 + 1e-12)).toBeGreaterThanOrEqual(Math.sqrt(meanOf((atom) => single(atom) ** 2)));
      const most = logitRounding(table, sizes, query);
      expect(typical).toBeLessThanOrEqual(2 * most); // that of Y² is counted twice; in float32 it is nothing
      sharpest = Math.min(sharpest, typical / most);
    }),
  );
  expect(sharpest).toBeLessThan(0.9);
});
