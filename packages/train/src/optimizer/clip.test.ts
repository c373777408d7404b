import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { clipToNorm, globalNorm } from "./clip.js";

const engine = await jaxEngine();

/** ‖g‖ and the clipped gradient. */
function clip(gradient: number[], limit: number): { norm: number; clipped: number[] } {
  const program = engine.compile({
    name: "clip",
    state: {},
    inputs: { g: [gradient.length] },
    trace: (ops, _, { g }) => {
      const norm = globalNorm(ops, g);
      return { outputs: { norm, clipped: clipToNorm(ops, g, norm, limit) } };
    },
  });
  const { norm, clipped } = program.runSync({}, { g: Float32Array.from(gradient) });
  return { norm: norm[0] ?? Number.NaN, clipped: [...clipped] };
}

describe("clipToNorm", () => {
  it("scales a long gradient to the limit and keeps its direction", () => {
    const { norm, clipped } = clip([3, -4, 12], 6.5);
    expect(norm).toBeCloseTo(13, 5);
    expect(clipped.map((g) => g.toFixed(5))).toEqual(["1.50000", "-2.00000", "6.00000"]);
  });

  it("leaves a short gradient as it is, to the bit", () => {
    const gradient = [0.1, -0.2, 0.3].map(Math.fround);
    expect(clip(gradient, 1).clipped).toEqual(gradient);
  });

  it("leaves a zero gradient at zero", () => {
    expect(clip([0, 0, 0], 1)).toEqual({ norm: 0, clipped: [0, 0, 0] });
  });
});
