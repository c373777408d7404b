import { describe, expect, it } from "vitest";
import { completeNetworkSpec, type NetworkSpec } from "./network-spec.js";

describe("completeNetworkSpec", () => {
  it("fills in the defaults and keeps what is given", () => {
    expect(completeNetworkSpec({ kind: "mlp", dim: 2 })).toEqual({
      kind: "mlp",
      dim: 2,
      width: 256,
      depth: 3,
      activation: "silu",
      residual: false,
      time: { kind: "fourier", count: 8 },
      outputScale: 1,
    });
    const torchcfm: NetworkSpec = { kind: "mlp", dim: 2, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } };
    expect(completeNetworkSpec(torchcfm)).toEqual({ ...torchcfm, residual: false, outputScale: 1 });
  });

  const wrong: [Record<string, unknown>, string][] = [
    [{ kind: "unet" }, 'kind is "unet"; expected "mlp"'],
    [{ activation: "swish" }, 'activation is "swish"; expected one of silu, selu, gelu, tanh, relu'],
    [{ activation: "constructor" }, 'activation is "constructor"; expected one of silu, selu, gelu, tanh, relu'],
    [{ dim: 0 }, "dim is 0; expected a positive integer"],
    [{ width: 2.5 }, "width is 2.5; expected a positive integer"],
    [{ depth: -1 }, "depth is -1; expected a positive integer"],
    [{ residual: "yes" }, "residual is yes; expected true or false"],
    [{ outputScale: Number.NaN }, "outputScale is NaN; expected a finite number ≥ 0"],
    [{ time: { kind: "gaussian" } }, 'time.kind is "gaussian"; expected one of raw, fourier, sinusoidal'],
    [{ time: { kind: "fourier", count: 0 } }, "time.count is 0; expected a positive integer"],
    [{ time: { kind: "sinusoidal", count: 4, maxFrequency: 0 } }, "time.maxFrequency is 0; expected a number from 1 to 10⁶"],
    [
      { hidden: 3 },
      '"hidden" is not an option; expected one of kind, dim, width, depth, activation, residual, time, outputScale',
    ],
  ];
  for (const [change, sentence] of wrong) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      const spec = { kind: "mlp", dim: 2, ...change } as NetworkSpec;
      expect(() => completeNetworkSpec(spec)).toThrow(new RangeError(`Cannot build the network: ${sentence}`));
    });
  }
});
