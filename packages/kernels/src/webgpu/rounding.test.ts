import { type Rng, rngOf, uniform } from "@fluxion/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowLayout } from "./layout.js";
import { depthsOf, deviceGamma } from "./rounding.js";

/** How a device may round: up, down, away from zero, or as it likes. */
type Rounding = (exact: number) => number;

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The float32 next to `value`, towards zero or away from it. */
function neighbour(value: number, away: boolean): number {
  float[0] = value;
  bits[0] = (bits[0] ?? 0) + (away ? 1 : -1);
  return float[0] ?? 0;
}

/** Either float32 beside a number, by choice. */
function towards(exact: number, away: (exact: number) => boolean): number {
  const near = Math.fround(exact);
  if (near === exact) return near;
  const outside = Math.abs(near) > Math.abs(exact);
  return outside === away(exact) ? near : neighbour(near, !outside);
}

/** A device with a mind of its own; also the unkind ones. */
function roundings(rng: Rng): Rounding[] {
  const chance = uniform(rng, new Float64Array(1 << 12));
  let k = 0;
  return [
    (exact) => towards(exact, () => true),
    (exact) => towards(exact, (v) => v > 0),
    (exact) => towards(exact, () => (chance[k++ % chance.length] ?? 0) < 0.5),
  ];
}

/** The kernels' sum of products: steps of at most 16 terms, each added to the step, sixteen steps, then the rest. */
function threeLevels(terms: readonly (readonly [number, number])[], round: Rounding): number {
  let [total, middle] = [0, 0];
  for (let at = 0; at < terms.length; at += 16) {
    let part = 0;
    for (const [a, b] of terms.slice(at, at + 16)) part = round(part + round(a * b));
    middle = round(middle + part);
    if ((at / 16) % 16 === 15) [total, middle] = [round(total + middle), 0];
  }
  return round(total + middle);
}

test("a product rounded in any direction stays within the depth that is claimed for it, and comes near", () => {
  let worst = 0;
  fc.assert(
    fc.property(fc.integer({ min: 17, max: 3000 }), fc.nat(1e6), (dim, seed) => {
      const draws = uniform(rngOf(seed), new Float64Array(2 * dim)).map((v) => Math.fround(seed % 2 === 0 ? v : 2 * v - 1));
      const terms = Array.from({ length: dim }, (_, d) => [draws[2 * d] ?? 0, draws[2 * d + 1] ?? 0] as const);
      const exact = terms.reduce((sum, [a, b]) => sum + a * b, 0); // float64: 2⁻²⁹ of what is tested
      const size = terms.reduce((sum, [a, b]) => sum + Math.abs(a * b), 0);
      const { logit } = depthsOf(rowLayout(dim), 100, false);
      for (const round of roundings(rngOf(seed + 1))) {
        const share = Math.abs(threeLevels(terms, round) - exact) / (deviceGamma(logit) * size);
        expect(share).toBeLessThanOrEqual(1 + 1e-6);
        worst = Math.max(worst, share);
      }
    }),
    { numRuns: 60 },
  );
  expect(worst).toBeGreaterThan(0.2); // a bound far from what can happen would be worth little
});

test("the depth of a weighted mean grows with the steps of a chunk, not with its atoms", () => {
  const layout = rowLayout(784);
  expect(depthsOf(layout, 4096, false).mean).toBe(1 + 16 + 16 + 16);
  expect(depthsOf(layout, 1e9, false).mean).toBe(49);
  expect(depthsOf(layout, 1, false).mean).toBe(4);
  expect(depthsOf(rowLayout(2), 1e9, true).mean).toBe(130);
});
