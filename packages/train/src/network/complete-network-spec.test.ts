import { describe, expect, it } from "vitest";
import { completeNetworkSpec } from "./complete-network-spec.js";
import type { NetworkSpec } from "./network-spec.js";

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
      times: 1,
      classes: 0,
      outputScale: 1,
    });
    const torchcfm: NetworkSpec = { kind: "mlp", dim: 2, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } };
    expect(completeNetworkSpec(torchcfm)).toEqual({ ...torchcfm, residual: false, times: 1, classes: 0, outputScale: 1 });
  });

  const wrong: [Record<string, unknown>, string][] = [
    [{ kind: "u-net" }, 'kind is "u-net"; expected one of mlp, residual-mlp, unet'],
    [{ classes: -1 }, "classes is -1; expected an integer ≥ 0"],
    [
      { kind: "residual-mlp", residual: true },
      '"residual" is not an option; expected one of kind, dim, width, depth, activation, time, times, classes, outputScale',
    ],
    [{ activation: "swish" }, 'activation is "swish"; expected one of silu, selu, gelu, tanh, relu'],
    [{ activation: "constructor" }, 'activation is "constructor"; expected one of silu, selu, gelu, tanh, relu'],
    [{ times: 3 }, "times is 3; expected 1 or 2"],
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
      '"hidden" is not an option; expected one of kind, dim, width, depth, activation, time, times, classes, outputScale, residual',
    ],
  ];
  for (const [change, sentence] of wrong) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      const spec = { kind: "mlp", dim: 2, ...change } as NetworkSpec;
      expect(() => completeNetworkSpec(spec)).toThrow(new RangeError(`Cannot build the network: ${sentence}`));
    });
  }

  const image = [1, 8, 8];
  const wrongUnets: [Record<string, unknown>, string][] = [
    [{}, "the channels of the image is NaN; expected a positive integer"],
    [{ image: [1, 8] }, "the width of the image is NaN; expected a positive integer"],
    [{ image, channels: 12 }, "channels is 12; expected a multiple of groups, 8"],
    [{ image, multipliers: [] }, "multipliers is empty; expected at least one"],
    [{ image, multipliers: [1, 0.5] }, "a multiplier is 0.5; expected a positive integer"],
    [{ image, heads: 3 }, "heads is 3; expected a divisor of the 64 channels it attends to"],
    [{ image, heads: -1 }, "heads is -1; expected an integer ≥ 0"],
    [
      { image, dim: 64 },
      '"dim" is not an option; expected one of kind, image, channels, multipliers, blocks, heads, groups, time, classes, outputScale',
    ],
  ];
  for (const [change, sentence] of wrongUnets) {
    it(`refuses the U-Net ${JSON.stringify(change)}`, () => {
      const spec = { kind: "unet", ...change } as NetworkSpec;
      expect(() => completeNetworkSpec(spec)).toThrow(new RangeError(`Cannot build the network: ${sentence}`));
    });
  }
});
