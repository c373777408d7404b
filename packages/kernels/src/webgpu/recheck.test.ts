import { atoms, certifyScan, normal, points, referenceBackend, rngOf, uniform } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { atomScale } from "./prepare.js";
import { allOf, recheckRow, survivorsOf } from "./recheck.js";

/** Shares e^ℓ/Σe^ℓ. */
function shares(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const weights = logits.map((l) => Math.exp(l - most));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

test("what is dropped has no more than its share of the true mass, however the logits were wrong", () => {
  const cases = fc.record({
    size: fc.integer({ min: 1, max: 60 }),
    spread: fc.constantFrom(0.1, 3, 30),
    delta: fc.constantFrom(0, 1e-4, 0.3, 2, 50),
    share: fc.constantFrom(1e-9, 1e-3, 0.2),
    top: fc.integer({ min: 0, max: 5 }),
    seed: fc.nat(1e6),
  });
  fc.assert(
    fc.property(cases, ({ size, spread, delta, share, top, seed }) => {
      const computed = Float32Array.from(normal(rngOf(seed), new Float64Array(size)), (v) => spread * v);
      const { positions, skipped } = survivorsOf(computed, { delta, share, top });
      const kept = new Set(positions);
      // the worst that the truth can be: what was kept is lower, what was dropped higher
      const truth = Array.from(computed, (l, i) => l + (kept.has(i) ? -delta : delta));
      const dropped = shares(truth).reduce((sum, w, i) => sum + (kept.has(i) ? 0 : w), 0);
      expect(dropped).toBeLessThanOrEqual(skipped * (1 + 1e-12));
      expect(skipped).toBeLessThanOrEqual(share * (1 + 1e-6));
      const order = [...truth.keys()].sort((i, j) => (truth[j] ?? 0) - (truth[i] ?? 0));
      for (const i of order.slice(0, top)) expect(kept.has(i)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("no more atoms are kept than the logits leave in doubt", () => {
  const logits = Float32Array.from({ length: 1000 }, (_, i) => -i); // shares e^−i(1 − 1/e)
  const { positions } = survivorsOf(logits, { delta: 0, share: 1e-6, top: 0 });
  expect(positions.length).toBe(Math.ceil(6 * Math.LN10)); // e^−n ≤ 10⁻⁶
  expect(survivorsOf(logits, { delta: Infinity, share: 0.5, top: 0 }).positions.length).toBe(1000);
});

test("a row in float64 over all atoms is the reference, over survivors within what was left out, over stored atoms within storage", async () => {
  const D = 5;
  const z = normal(rngOf(1), new Float64Array(200 * D));
  const data = atoms(points(z, D), uniform(rngOf(2), new Float64Array(200)));
  const bound = bindAtoms(data);
  const { atoms: _, ...storedOnly } = bound;
  const scale = atomScale(bound);
  const x = points(normal(rngOf(3), new Float64Array(D)), D);
  const query = { alpha: 0.8, variance: 0.04, spread: true, top: 3, tangent: undefined };
  const reference = referenceBackend(data);
  const exact = await reference.scan(x, query, { kind: "exact" });
  const some = survivorsOf(
    Float32Array.from({ length: 200 }, (_, i) => {
      const squared = [...x.data].reduce((sum, v, d) => sum + (v - 0.8 * (z[i * D + d] ?? 0)) ** 2, 0);
      return (data.logWeights[i] ?? 0) - squared / 0.08;
    }),
    { delta: 1e-4, share: 1e-3, top: 3 },
  );
  expect(some.positions.length).toBeLessThan(100);
  for (const [bound_, survivors, certified] of [
    [bound, allOf(200), 1e-12],
    [bound, some, 2.1e-3 * bound.radius],
    [storedOnly, allOf(200), 1e-4],
  ] as const) {
    const scan = await recheckRow(bound_, scale, x, query, survivors);
    const { mean, logDensity } = certifyScan(scan, bound, query);
    const off = Math.hypot(...scan.state.mean.data.map((v, d) => v - (exact.state.mean.data[d] ?? 0)));
    expect(off).toBeLessThanOrEqual(mean[0] ?? 0);
    expect(mean[0]).toBeLessThan(certified);
    const value = (s: typeof scan.state): number => (s.top[0] ?? 0) + Math.log(s.mass[0] ?? 0);
    expect(Math.abs(value(scan.state) - value(exact.state))).toBeLessThanOrEqual(logDensity[0] ?? 0);
    expect([...scan.state.best.indices]).toEqual([...exact.state.best.indices]);
  }
});
