import { describe, expect, test } from "vitest";
import { condOt } from "./cond-ot.js";
import { cosine } from "./cosine.js";
import { type CustomScheduler, custom } from "./custom.js";
import { add, cos, type Dual, div, exp, expm1, mul, neg, pow, sin, sqrt, sub } from "./dual.js";
import { linearVp } from "./linear-vp.js";
import { polynomial } from "./polynomial.js";
import type { Coefficients, Scheduler } from "./scheduler.js";
import { squareRoot } from "./square-root.js";
import { vp } from "./vp.js";

const rest = (t: Dual): Dual => sub(1, t);
const straight = { alpha: (t: Dual): Dual => t, beta: rest };
const total = (t: Dual): Dual => mul(rest(t), add(mul(9.95, rest(t)), 0.1)); // T of vp

const builtIn: [Scheduler, Omit<CustomScheduler, "name">][] = [
  [condOt(), straight],
  [polynomial(2), { alpha: (t) => mul(t, t), beta: (t) => mul(rest(t), add(1, t)) }],
  [polynomial(3), { alpha: (t) => pow(t, 3), beta: (t) => mul(rest(t), add(1, mul(t, add(1, t)))) }],
  [polynomial(0.5), { alpha: sqrt, beta: (t) => div(rest(t), add(1, sqrt(t))) }],
  [cosine(), { alpha: (t) => sin(mul(Math.PI / 2, t)), beta: (t) => sin(mul(Math.PI / 2, rest(t))) }],
  [linearVp(), { alpha: (t) => t, beta: (t) => sqrt(mul(rest(t), add(1, t))) }],
  [vp(), { alpha: (t) => exp(mul(-0.5, total(t))), beta: (t) => sqrt(neg(expm1(neg(total(t))))) }],
  [squareRoot(), { alpha: (t) => t, beta: (t) => sqrt(rest(t)) }],
];

const keys = ["alpha", "beta", "dAlpha", "dBeta", "betaDBeta"] as const satisfies (keyof Coefficients)[];

describe.each(builtIn.map(([scheduler, formula]) => [scheduler.name, scheduler, formula] as const))(
  "%s",
  (name, own, formula) => {
    const same = custom({ name, ...formula });

    test("written as a custom path it has the same values and slopes to rounding", () => {
      for (let k = 0; k <= 512; k++) {
        const t = k / 512;
        const [mine, theirs] = [same.at(t), own.at(t)];
        for (const key of keys) {
          // A few roundings; T ≤ 10.05 of vp is an exponent, and cos(π/2) is 0 up to an ulp of 1.
          // At t = 1 a custom path extrapolates ββ̇ where β̇ is infinite: 1e-9.
          const relative = t === 1 && key === "betaDBeta" ? 1e-9 : 32 * Number.EPSILON;
          const tolerance = relative * Math.abs(theirs[key]) + Number.EPSILON;
          if (mine[key] !== theirs[key])
            expect(Math.abs(mine[key] - theirs[key]), `${key} at ${t}`).toBeLessThanOrEqual(tolerance);
        }
      }
      expect([same.sourceSignal, same.terminalNoise]).toEqual([own.sourceSignal, 0]);
    });

    test("its inverse of α/β agrees, to the last bits", () => {
      for (const s of [1e-3, 0.02, 0.5, 1, 3, 40, 1e4, 1e8]) {
        expect(Math.abs(same.timeOfSnr(s) - own.timeOfSnr(s))).toBeLessThanOrEqual(4 * Number.EPSILON);
      }
      expect([same.timeOfSnr(0), same.timeOfSnr(Infinity)]).toEqual([0, 1]);
    });
  },
);

test("a slope that dual numbers do not determine at an end is refused, not guessed", () => {
  const square = (t: Dual): Dual => sqrt(mul(rest(t), rest(t))); // 1 − t, but its slope at t = 1 is ∞ · 0
  expect(() => custom({ name: "square", alpha: (t) => t, beta: square })).toThrow(
    /^Cannot use the path "square": β̇ at t = 1 is NaN; expected a slope that dual numbers determine/,
  );
});

test("ββ̇ at t = 1 follows the power with which β ends", () => {
  const end = (p: number): number => custom({ name: "end", alpha: (t) => t, beta: (t) => pow(rest(t), p) }).at(1).betaDBeta;
  expect(end(0.5)).toBeCloseTo(-0.5, 12); // the last bits of a power differ between engines
  expect(end(1)).toBeCloseTo(0, 12);
  expect(end(0.75)).toBeCloseTo(0, 12); // β̇ = −∞, ββ̇ ~ √(1 − t)
  expect(end(0.25)).toBe(-Infinity);
  // β² = 1 − sin²: its rounding ε/h limits the extrapolation from h = 2⁻¹⁷ to about 1e-10.
  const angle = (t: Dual): Dual => mul(Math.PI / 2, t);
  const bent = custom({
    name: "bent",
    alpha: (t) => t,
    beta: (t) => sqrt(sub(1, mul(sin(angle(t)), t))), // β² ≈ (1 − t) near the end
  });
  expect(Math.abs(bent.at(1).betaDBeta + 0.5)).toBeLessThan(1e-9);
});

/** A bump of height 1e-4 and width 1e-5 at 0.50051: between the points of any even grid of 1,000. */
const bump = (t: Dual): Dual => {
  const away = div(sub(t, 0.50051), 1e-5);
  return mul(1e-4, exp(neg(mul(away, away))));
};

test("a dip of α/β that no grid of 1,000 points sees is refused", () => {
  const beta = (t: number): number => 1 - t + 1e-4 * Math.exp(-(((t - 0.50051) / 1e-5) ** 2));
  for (const points of [999, 1000]) {
    for (let k = 1; k < points; k++) {
      const [before, after] = [(k - 1) / points, k / points];
      expect(after / beta(after)).toBeGreaterThan(before / beta(before));
    }
  }
  expect(() => custom({ name: "dip", alpha: (t) => t, beta: (t) => add(rest(t), bump(t)) })).toThrow(
    /^Cannot use the path "dip": .*expected a signal-to-noise ratio that increases on \(0, 1\)$/,
  );
});

test("a bump that leaves α/β increasing is accepted by the same proof", () => {
  const scheduler = custom({ name: "ripple", alpha: (t) => t, beta: (t) => add(rest(t), mul(0.05, bump(t))) });
  expect(scheduler.at(0.50051).beta).toBeCloseTo(0.49949 + 5e-6, 12);
});

test("a ratio that passes through infinity before the end is refused", () => {
  const turns = (t: Dual): Dual => mul(2.5 * Math.PI, t); // α̇β − αβ̇ is constant and positive, and the ends are right
  expect(() => custom({ name: "twice round", alpha: (t) => sin(turns(t)), beta: (t) => cos(turns(t)) })).toThrow(
    /^Cannot use the path "twice round": β at t = .* expected a number above 0 inside \(0, 1\)$/,
  );
});

test("a ratio that stands still on an interval is refused", () => {
  const flat = (t: Dual): Dual => {
    const half = sub(t, 0.5);
    return mul(0.5, add(1, mul(8, mul(half, mul(half, half))))); // slope 0 at one point only: t = ½
  };
  expect(() => custom({ name: "flat", alpha: flat, beta: (t) => sub(1, flat(t)) })).toThrow(/expected a signal-to-noise ratio/);
});

test("a path that misses an end is refused with the end and its value", () => {
  const refused: [Partial<CustomScheduler>, string][] = [
    [{ alpha: (t) => mul(0.9, t) }, "α at t = 1 is 0.9; expected 1, so that the path ends at the data"],
    [{ beta: (t) => sub(1, mul(0.9, t)) }, "β at t = 1 is 0.09999999999999998; expected 0, so that the path ends at the data"],
    [
      { alpha: (t) => add(0.2, mul(0.8, t)) },
      "α at t = 0 is 0.2; expected 0, or at most 0.05, so that the path starts at the source",
    ],
    [{ beta: (t) => mul(0.98, rest(t)) }, "β at t = 0 is 0.98; expected 1 up to α²/2, so that the path starts at the source"],
    [{ alpha: (t) => div(t, mul(0, t)) }, "α at t = 1 is Infinity; expected 1, so that the path ends at the data"],
  ];
  for (const [part, sentence] of refused) {
    expect(() => custom({ name: "mine", ...straight, ...part })).toThrow(`Cannot use the path "mine": ${sentence}`);
  }
});

test("a source that is reached only nearly is announced", () => {
  const near = custom({ name: "near", alpha: (t) => add(0.01, mul(0.99, t)), beta: rest });
  expect(near.sourceSignal).toBe(0.01);
});

test("β lost to cancellation near the data is refused, not returned as 0", () => {
  const careless = custom({ name: "careless", alpha: (t) => t, beta: (t) => sub(1, sin(mul(Math.PI / 2, t))) });
  expect(() => careless.at(1 - 1e-10)).toThrow(/β at t = 0.9999999999 is 0; expected a number above 0; write it without/);
});
