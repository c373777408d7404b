import { describe, expect, it } from "vitest";
import { buildNetwork, type MlpSpec } from "../network/index.js";
import { isSequential, isTorchcfmMlp, weightNames } from "./weight-names.js";

const RAW: MlpSpec = { kind: "mlp", dim: 2, width: 4, depth: 3, activation: "selu", time: { kind: "raw" } };

describe("weightNames", () => {
  it("counts the nonlinearities between affine layers, as a Sequential does", () => {
    const names = weightNames(buildNetwork({ ...RAW, depth: 2 }));
    expect(names).toEqual(["net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias", "net.4.weight", "net.4.bias"]);
  });

  it("are our own where the layers are not all in a row, and always distinct", () => {
    for (const more of [{ residual: true }, { classes: 3 }, { time: { kind: "fourier", count: 1 } }] as const) {
      const network = buildNetwork({ ...RAW, ...more });
      expect(isSequential(network)).toBe(false);
      expect(weightNames(network)).toEqual(network.parameters.map(({ name }) => name));
    }
    const names = weightNames(buildNetwork({ ...RAW, depth: 12 }));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("isTorchcfmMlp", () => {
  it("holds for three hidden layers of SELU alone", () => {
    expect(isTorchcfmMlp(buildNetwork(RAW))).toBe(true);
    for (const more of [{ depth: 2 }, { activation: "silu" }, { classes: 1 }] as const) {
      expect(isTorchcfmMlp(buildNetwork({ ...RAW, ...more }))).toBe(false);
    }
  });
});
