import { describe, expect, it } from "vitest";
import { buildNetwork, customNetwork, type NetworkSpec } from "../network/index.js";
import { torchModule } from "./torch-module.js";
import { unetForward } from "./torch-unet.js";
import { weightNames } from "./weight-names.js";

const SPECS: readonly NetworkSpec[] = [
  { kind: "mlp", dim: 2, width: 4, activation: "selu", time: { kind: "raw" } },
  { kind: "mlp", dim: 2, width: 4, classes: 3, residual: true },
  { kind: "residual-mlp", dim: 3, width: 6, depth: 2, classes: 2 },
  { kind: "unet", image: [1, 6, 5], channels: 4, multipliers: [1, 2, 2], groups: 2, classes: 2 },
  { kind: "unet", image: [2, 4, 4], channels: 4, multipliers: [1], groups: 2, heads: 0 },
];

describe("torchModule", () => {
  it("reads every array of the weights, by a name or by a pattern of names", () => {
    for (const spec of SPECS) {
      const network = buildNetwork(spec);
      const source = torchModule(network);
      // Names in the source are whole, have a counter in braces, or are the end that a method adds to its own name.
      for (const name of weightNames(network)) {
        const [layer = ""] = name.replaceAll(".", "_").split(/_(?:weight|bias)$/);
        const patterns = [layer, layer.replace(/\d+/, "{i}"), layer.replace(/\d+_\d+/, "{i}_{j}"), "net_{2 * i}"];
        const ends = patterns.flatMap((pattern) => [pattern, ...endsOf(pattern)]);
        expect(ends.some((end) => new RegExp(`["]${escaped(end)}["_]`).test(source), `${spec.kind}: ${name}`)).toBe(true);
      }
    }
  });

  it("gives the sizes that odd pictures are cut to on the way up", () => {
    const { spec } = buildNetwork({ kind: "unet", image: [1, 7, 5], channels: 4, multipliers: [1, 1, 1], groups: 2 });
    if (spec.kind !== "unet") throw new Error("expected a U-Net");
    expect(unetForward(spec, ["        e = t"])).toContain("enumerate([(4, 3), (7, 5), None])");
  });

  it("refuses a network of two times", () => {
    const two = buildNetwork({ kind: "mlp", dim: 2, width: 4, times: 2 });
    expect(() => torchModule(two)).toThrow(/the network takes two times; expected a network of one$/);
  });

  it("refuses a network of the user's own, which ONNX takes", () => {
    const own = customNetwork({ name: "mine", dim: 1, parameters: { w: { shape: [1] } }, apply: (_ops, _w, { x }) => x });
    expect(() => torchModule(own)).toThrow(/^Cannot write a PyTorch module: the network "mine" is your own; expected/);
  });
});

/** `_film`, `_0`, … of a layer inside another. */
function endsOf(name: string): string[] {
  const parts = name.split("_");
  return parts.slice(1).map((_, i) => `_${parts.slice(i + 1).join("_")}`);
}

const escaped = (text: string): string => text.replace(/[{}*+.]/g, "\\$&");
