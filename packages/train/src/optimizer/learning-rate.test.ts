import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LearningRateSpec, learningRate } from "./learning-rate.js";

describe("learningRate", () => {
  it("is constant for a number", () => {
    const rate = learningRate(2e-4);
    expect([0, 1, 1e6].map(rate)).toEqual([2e-4, 2e-4, 2e-4]);
  });

  it("warms up linearly and reaches the rate at the last step of the warm-up", () => {
    const rate = learningRate({ kind: "constant", rate: 0.8, warmup: 4 });
    expect([0, 1, 2, 3, 4, 100].map(rate)).toEqual([0.2, 0.4, 0.6000000000000001, 0.8, 0.8, 0.8]);
  });

  it("falls along half a cosine to the final rate and stays there", () => {
    const rate = learningRate({ kind: "cosine", rate: 1, steps: 110, warmup: 10, final: 0.2 });
    expect(rate(9)).toBe(1);
    expect(rate(10)).toBe(1);
    expect(rate(60)).toBeCloseTo(0.6, 15);
    expect(rate(110)).toBeCloseTo(0.2, 15);
    expect(rate(1000)).toBe(rate(110));
  });

  it("never rises after the warm-up and stays within its bounds", () => {
    const schedule = fc.record({
      rate: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      warmup: fc.integer({ min: 0, max: 50 }),
      length: fc.integer({ min: 1, max: 200 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(schedule, fc.nat(300), ({ rate, warmup, length, share }, step) => {
        const at = learningRate({ kind: "cosine", rate, warmup, steps: warmup + length, final: share * rate });
        expect(at(step)).toBeGreaterThan(-1e-18);
        expect(at(step)).toBeLessThanOrEqual(rate * (1 + 1e-15));
        if (step >= warmup) expect(at(step + 1)).toBeLessThanOrEqual(at(step) * (1 + 1e-15));
      }),
    );
  });

  const wrong: [LearningRateSpec | number, string][] = [
    [0, "rate is 0; expected a positive finite number"],
    [Number.NaN, "rate is NaN; expected a positive finite number"],
    [{ kind: "constant", rate: 1, warmup: -1 }, "warmup is -1; expected a number of steps ≥ 0"],
    [{ kind: "cosine", rate: 1, steps: 10, warmup: 10 }, "steps is 10; expected more than the 10 steps of warm-up"],
    [{ kind: "cosine", rate: 1, steps: 10, final: 2 }, "final is 2; expected a number from 0 to the rate 1"],
    [{ kind: "linear", rate: 1 } as never, 'kind is "linear"; expected one of constant, cosine'],
    [
      { kind: "constant", rate: 1, steps: 10 } as LearningRateSpec,
      '"steps" is not an option of "constant"; expected one of kind, rate, warmup',
    ],
  ];
  for (const [spec, sentence] of wrong) {
    it(`refuses ${JSON.stringify(spec)}`, () => {
      expect(() => learningRate(spec)).toThrow(new RangeError(`Cannot schedule the learning rate: ${sentence}`));
    });
  }
});
