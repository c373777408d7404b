import { describe, expect, it } from "vitest";
import { buildNetwork } from "./build-network.js";
import { customNetwork } from "./custom-network.js";
import { describeNetwork, networkTitle } from "./describe-network.js";

describe("describeNetwork", () => {
  it("tells kind, sizes, parameters and operations", () => {
    const torchcfm = buildNetwork({ kind: "mlp", dim: 2, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } });
    expect(describeNetwork(torchcfm)).toBe("MLP 3 × 64, selu: 8,706 parameters, 17,024 FLOPs per point");
    expect(networkTitle(buildNetwork({ kind: "residual-mlp", dim: 2, width: 8, depth: 2 }).spec)).toBe(
      "residual MLP 2 × 8, silu",
    );
    expect(networkTitle(buildNetwork({ kind: "unet", image: [1, 8, 8], channels: 16 }).spec)).toBe("U-Net 16–32–32");
    expect(networkTitle(customNetwork({ name: "mine", dim: 1, parameters: {}, apply: (_, __, { x }) => x }).spec)).toBe("mine");
  });
});
