import { describe, expect, it } from "vitest";
import { buildOptimizer, type OptimizerSpec } from "./optimizer-spec.js";

describe("buildOptimizer", () => {
  it("fills in the defaults", () => {
    const { rateAt, ...numbers } = buildOptimizer();
    expect(rateAt(0)).toBe(1e-3);
    const rule = { kind: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
    expect(numbers).toEqual({ rule, clipNorm: 1, emaDecay: 0.999 });
    expect(buildOptimizer({ kind: "adam" }).rule).toEqual({ ...rule, kind: "adam" });
    expect(buildOptimizer({ kind: "sgd" }).rule).toEqual({ kind: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0 });
    expect(buildOptimizer({ kind: "lion" }).rule).toEqual({ kind: "lion", beta1: 0.9, beta2: 0.99, weightDecay: 0 });
    expect(buildOptimizer({ clipNorm: null, learningRate: { kind: "constant", rate: 2, warmup: 2 } }).rateAt(0)).toBe(1);
  });

  const wrong: [OptimizerSpec, string][] = [
    [{ beta1: 1 }, "beta1 is 1; expected a number of [0, 1)"],
    [{ beta2: Number.NaN }, "beta2 is NaN; expected a number of [0, 1)"],
    [{ emaDecay: -0.1 }, "emaDecay is -0.1; expected a number of [0, 1)"],
    [{ epsilon: 0 }, "epsilon is 0; expected a positive number that float32 holds"],
    [{ epsilon: 1e-40 }, "epsilon is 1e-40; expected a positive number that float32 holds"],
    [{ weightDecay: -1 }, "weightDecay is -1; expected a finite number ≥ 0"],
    [{ clipNorm: 0 }, "clipNorm is 0; expected a positive number or null"],
    [{ kind: "sgd", momentum: 1 }, "momentum is 1; expected a number of [0, 1)"],
    [{ kind: "lion", beta2: -1 }, "beta2 is -1; expected a number of [0, 1)"],
    [
      { momentum: 0.9 } as OptimizerSpec,
      '"momentum" is not an option of adamw; expected one of kind, beta1, beta2, epsilon, learningRate, weightDecay, clipNorm, emaDecay',
    ],
    [
      { kind: "sgd", nestrov: true } as OptimizerSpec,
      '"nestrov" is not an option of sgd; expected "nesterov", or another of kind, momentum, nesterov, learningRate, weightDecay, clipNorm, emaDecay',
    ],
    [{ kind: "adamx" } as never, 'kind is "adamx"; expected "adamw", or another of adamw, adam, sgd, lion'],
  ];
  for (const [spec, sentence] of wrong) {
    it(`refuses ${JSON.stringify(spec)}`, () => {
      expect(() => buildOptimizer(spec)).toThrow(new RangeError(`Cannot build the optimizer: ${sentence}`));
    });
  }
});
