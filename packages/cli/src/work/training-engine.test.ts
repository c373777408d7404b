import type { Engine } from "@fluxion/train";
import { describe, expect, it } from "vitest";
import { trainingEngine } from "./training-engine.js";

const named = (name: string): Engine => ({ name }) as Engine;
const jax = async (): Promise<Engine> => named("jax");
const missing = async (): Promise<Engine> => {
  throw new RangeError("Cannot start the engine: it is not installed");
};

describe("trainingEngine", () => {
  it("takes ONNX Runtime with its threads where it loads, and jax-js where the spec says so", async () => {
    const onnx = async ({ threads = 0 }): Promise<Engine> => named(`onnx ${threads}`);
    const warn = (text: string): never => expect.unreachable(text);
    expect((await trainingEngine({ engine: "auto" }, { warn }, { jax, onnx })).name).toBe("onnx 0");
    expect((await trainingEngine({ engine: "onnx", threads: 3 }, { warn }, { jax, onnx })).name).toBe("onnx 3");
    expect((await trainingEngine({ engine: "jax", threads: 3 }, { warn }, { jax, onnx })).name).toBe("jax");
  });

  it("falls back with one loud line for auto, and not where ONNX Runtime is asked for", async () => {
    const lines: string[] = [];
    const progress = { warn: (text: string) => void lines.push(text) };
    expect((await trainingEngine({ engine: "auto" }, progress, { jax, onnx: missing })).name).toBe("jax");
    expect(lines).toEqual([
      "training runs on jax-js in WebAssembly, several times slower than ONNX Runtime would: Cannot start the engine: it is not installed",
    ]);
    await expect(trainingEngine({ engine: "onnx" }, progress, { jax, onnx: missing })).rejects.toThrow("it is not installed");
  });
});
