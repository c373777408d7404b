import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { condOt } from "./cond-ot.js";
import { cosine } from "./cosine.js";
import { linearVp } from "./linear-vp.js";
import { polynomial } from "./polynomial.js";
import type { Scheduler } from "./scheduler.js";
import { squareRoot } from "./square-root.js";
import { vp } from "./vp.js";

const EPS = Number.EPSILON;
const all: Scheduler[] = [
  condOt(),
  condOt({ sigmaMin: 0.1 }),
  polynomial(2),
  polynomial(3),
  polynomial(0.5),
  cosine(),
  linearVp(),
  vp(),
  vp(0, 12),
  squareRoot(),
];

/** Central differences over five points: truncation h⁴·f⁽⁵⁾/30. */
const slope = (f: (t: number) => number, t: number, h: number): number =>
  (8 * (f(t + h) - f(t - h)) - (f(t + 2 * h) - f(t - 2 * h))) / (12 * h);

describe.each(all.map((scheduler) => [scheduler.name, scheduler] as const))("%s", (name, scheduler) => {
  const snr = (t: number): number => scheduler.at(t).alpha / scheduler.at(t).beta;

  test("α and β take their end values exactly, and what is left over is announced", () => {
    expect(scheduler.at(1).alpha).toBe(1);
    expect(scheduler.at(1).beta).toBe(scheduler.terminalNoise); // +0, so that α/β is +∞
    expect(scheduler.at(0).alpha).toBe(scheduler.sourceSignal);
    if (!name.startsWith("vp")) expect(scheduler.at(0).beta).toBe(1);
    if (!name.startsWith("vp")) expect(scheduler.sourceSignal).toBe(0);
    if (!name.includes("condOt:")) expect(scheduler.terminalNoise).toBe(0);
  });

  test("α̇ and β̇ are the derivatives of α and β, and ββ̇ that of β²/2", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), (t) => {
        // The k-th derivative is below k!·f/r^k with r the distance to an end, so h = r/300 truncates at 3e-10·|f|/r;
        // rounding gives 2⁻⁵³·f/h = 3e-14·f/r.
        const r = Math.min(t, 1 - t);
        const at = scheduler.at(t);
        const close = (value: number, f: (u: number) => number): void => {
          expect(Math.abs(slope(f, t, r / 300) - value)).toBeLessThan(1e-8 * (Math.abs(value) + Math.abs(f(t)) / r));
        };
        close(at.dAlpha, (u) => scheduler.at(u).alpha);
        close(at.dBeta, (u) => scheduler.at(u).beta);
        close(at.betaDBeta, (u) => scheduler.at(u).beta ** 2 / 2);
      }),
    );
  });

  test("ββ̇ is the product inside, and its limit at t = 1", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1 - 1e-12, noNaN: true }), (t) => {
        const { beta, dBeta, betaDBeta } = scheduler.at(t);
        expect(Math.abs(beta * dBeta - betaDBeta)).toBeLessThanOrEqual(2 * EPS * Math.abs(betaDBeta));
      }),
    );
    const near = scheduler.at(1 - 2 ** -50);
    expect(Math.abs(near.betaDBeta - scheduler.at(1).betaDBeta)).toBeLessThan(1e-13);
  });

  test("timeOfSnr inverts α/β", () => {
    fc.assert(
      // t³ underflows below 1e-107
      fc.property(fc.oneof(fc.constant(0), fc.double({ min: 1e-100, max: 1, noNaN: true })), (t) => {
        const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
        const found = scheduler.timeOfSnr(snr(t));
        if ((t === 0 && scheduler.sourceSignal === 0) || t === 1) {
          expect(found).toBe(t);
          return;
        }
        // α/β carries a few ulp, and e^{−T/2} carries T/2 ulp for each of T: t moves by that over the slope of log(α/β).
        const ulps = 8 - 4 * Math.log(alpha);
        const condition = (alpha * beta) / (dAlpha * beta - alpha * dBeta);
        expect(Math.abs(found - t)).toBeLessThanOrEqual(EPS * (ulps * condition + 8 * t));
      }),
    );
  });

  test("α/β increases", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (p, q) => {
        const [low, high] = [Math.min(p, q), Math.max(p, q)];
        if (high - low > 1e-13) expect(snr(low)).toBeLessThan(snr(high) * (1 + 64 * EPS));
      }),
    );
  });

  test("timeOfSnr takes every ratio of float64, in order, into [0, 1]", () => {
    let before = 0;
    for (let e = -323; e <= 308; e++) {
      const t = scheduler.timeOfSnr(10 ** e);
      expect(t).toBeGreaterThanOrEqual(before);
      expect(t).toBeLessThanOrEqual(1);
      before = t;
    }
    expect([scheduler.timeOfSnr(0), scheduler.timeOfSnr(Infinity)]).toEqual([0, 1]);
  });

  test("times outside [0, 1] and ratios below 0 are refused", () => {
    for (const t of [-1e-12, 1 + 1e-12, Number.NaN]) {
      expect(() => scheduler.at(t)).toThrow(`Cannot evaluate the path "${name}": t is ${t}; expected 0 ≤ t ≤ 1`);
    }
    for (const s of [-1, Number.NaN]) expect(() => scheduler.timeOfSnr(s)).toThrow(RangeError);
  });
});

test("small ratios keep their relative precision where α grows from 0 like t", () => {
  for (const s of [1e-300, 1e-160, 1e-20]) {
    for (const scheduler of [condOt(), linearVp(), squareRoot()]) expect(scheduler.timeOfSnr(s) / s).toBeCloseTo(1, 15);
    expect((cosine().timeOfSnr(s) / s) * (Math.PI / 2)).toBeCloseTo(1, 15);
  }
});

test("vp keeps α² + β² = 1 and announces the signal left at t = 0, e^{−(βmin + βmax)/4}", () => {
  for (const [low, high] of [
    [0.1, 20],
    [0, 12],
    [1, 3],
  ]) {
    const scheduler = vp(low, high);
    expect(scheduler.sourceSignal).toBeCloseTo(Math.exp(-(low + high) / 4), 15);
    for (let t = 0; t <= 1; t += 1 / 64) {
      const { alpha, beta } = scheduler.at(t);
      expect(Math.abs(alpha * alpha + beta * beta - 1)).toBeLessThan(8 * EPS);
    }
  }
});

test("polynomial with power 1 is condOt", () => {
  for (let t = 0; t <= 1; t += 1 / 32) {
    const [p, q] = [polynomial(1).at(t), condOt().at(t)];
    expect(p.alpha).toBe(q.alpha);
    expect(Math.abs(p.beta - q.beta)).toBeLessThan(2 * EPS);
    expect([p.dAlpha, p.dBeta]).toEqual([q.dAlpha, q.dBeta]);
  }
});

test("parameters outside their domain are refused with the domain", () => {
  expect(() => condOt({ sigmaMin: 1 })).toThrow('Cannot make the path "condOt": sigmaMin is 1; expected 0 ≤ sigmaMin < 1');
  for (const power of [0, -1, Infinity, Number.NaN]) expect(() => polynomial(power)).toThrow(/expected a finite number above 0$/);
  for (const [low, high] of [
    [-1, 2],
    [3, 2],
    [0, Infinity],
  ]) {
    expect(() => vp(low, high)).toThrow(/expected 0 ≤ βmin < βmax < ∞$/);
  }
});
