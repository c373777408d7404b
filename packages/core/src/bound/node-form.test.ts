import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeMean } from "./node-form.js";
import { restShare } from "./rest-share.js";
import { velocityBound } from "./velocity.js";

const unit = fc.double({ min: 0, max: 1, noNaN: true });
/** One cluster: points on a line near its middle, their prior weights, and logits in a range. */
const cluster = fc.record({
  middle: fc.double({ min: -3, max: 3, noNaN: true }),
  atoms: fc.array(
    fc.record({
      offset: fc.double({ min: -1, max: 1, noNaN: true }),
      prior: fc.double({ min: 0.1, max: 1, noNaN: true }),
      e: unit,
    }),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
  slack: unit,
});

describe("the node form", () => {
  it("bounds the distance of the mean of half masses from the true mean", () => {
    fc.assert(
      fc.property(fc.array(cluster, { minLength: 1, maxLength: 5 }), (clusters) => {
        const nodes = clusters.map(({ middle, atoms, slack }) => {
          const prior = atoms.reduce((s, a) => s + a.prior, 0);
          const mean = atoms.reduce((s, a) => s + (a.prior / prior) * (middle + a.offset), 0);
          const lower = Math.min(...atoms.map((a) => a.e)) * (1 - slack);
          const upper = Math.max(...atoms.map((a) => a.e)) * (1 + slack);
          const radius = Math.max(...atoms.map((a) => Math.abs(middle + a.offset - mean)));
          return { mean, radius, lower: prior * lower, upper: prior * upper };
        });
        const half = nodes.map(({ lower, upper }) => (lower + upper) / 2);
        const total = half.reduce((a, b) => a + b, 0);
        if (!(total > 1e-300)) return;
        const estimate = nodes.reduce((s, { mean }, k) => s + (half[k] / total) * mean, 0);
        const bound = nodeMean(nodes.map((node) => ({ ...node, distance: Math.abs(node.mean - estimate) })));
        const all = clusters.flatMap(({ middle, atoms }) => atoms.map((a) => ({ w: a.prior * a.e, z: middle + a.offset })));
        const mass = all.reduce((s, { w }) => s + w, 0);
        if (!(mass > 0)) return expect(bound).toBe(Infinity);
        const truth = all.reduce((s, { w, z }) => s + (w / mass) * z, 0);
        expect(Math.abs(estimate - truth)).toBeLessThanOrEqual(bound + 1e-13); // rounding of sums of at most 25 terms of size 4
      }),
    );
  });

  it("is zero when all masses are known, and infinite when nothing is", () => {
    expect(nodeMean([{ lower: 2, upper: 2, distance: 1, radius: 1 }])).toBe(0);
    expect(nodeMean([{ lower: 0, upper: 2, distance: 1, radius: 1 }])).toBe(Infinity);
  });
});

describe("the share of all weights but the largest", () => {
  it("is found below the rounding of the mass, from logits that vanish at the top", () => {
    const gap = 46; // e^−46 ≈ 1e-20: the mass is 1 in float64
    const rest = Math.exp(-gap);
    const found = restShare({ mass: 1 + rest, logitSum: -gap * rest, relative: 1e-13, logit: 0 });
    expect(found).toBeGreaterThanOrEqual(rest);
    expect(found).toBeLessThan(2 * rest);
  });

  it("is never too small, for any weights, with sums and logits as wrong as they are allowed", () => {
    const signed = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.record({ gap: fc.double({ min: 0, max: 80, noNaN: true }), sign: signed }), { maxLength: 6 }),
        signed,
        fc.constantFrom(0, 1e-13, 1e-6, 1e-2),
        fc.constantFrom(0, 1e-10, 0.1, 2),
        (others, sign, relative, logit) => {
          const rest = others.reduce((s, { gap }) => s + Math.exp(-gap), 0);
          const logitSum = others.reduce((s, o) => s - Math.exp(-o.gap) * Math.max(0, o.gap + 2 * logit * o.sign), 0);
          const found = restShare({
            mass: Math.max(1, (1 + rest) * (1 + sign * relative * 0.999)),
            logitSum: logitSum * (1 - Math.abs(sign) * relative * 0.999),
            relative: relative + 4e-16, // the rounding of 1 + rest here
            logit,
          });
          expect(found).toBeGreaterThanOrEqual((rest / (1 + rest)) * (1 - 1e-14));
          expect(found).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect(restShare({ mass: 0, logitSum: 0, relative: 0, logit: 0 })).toBe(1);
    expect(restShare({ mass: 1, logitSum: 0, relative: 1, logit: 0 })).toBe(1);
  });
});

it("a velocity is off by |b| times the mean", () => {
  expect(velocityBound(-4, 0.5)).toBeCloseTo(2, 13);
  expect(velocityBound(-4, 0.5)).toBeGreaterThanOrEqual(2);
  expect(velocityBound(7, 0)).toBe(0);
});
