import { describe, expect, it } from "vitest";
import { engineSuite } from "../../../../../conformance/engine.js";
import { onnxEngine } from "./onnx-engine.js";
import { loadRuntime } from "./runtime.js";

for (const threads of [1, 2]) engineSuite(`onnxEngine on ${threads} thread(s)`, () => onnxEngine({ threads }), { cases: 40 });

describe("onnxEngine", () => {
  it("says how to install what it needs, and refuses threads that are no number of threads", async () => {
    const missing = loadRuntime(() => Promise.reject(new Error("Cannot find package")));
    await expect(missing).rejects.toThrow(
      new RangeError(
        'Cannot start the engine: "onnxruntime-node" does not load (Cannot find package); expected it installed: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
      ),
    );
    await expect(onnxEngine({ threads: 0 })).rejects.toThrow(/threads is 0; expected a positive whole number/);
  });

  it("runs asynchronously only, and says so", async () => {
    const engine = await onnxEngine({ threads: 1 });
    expect([engine.name, engine.synchronous]).toEqual(["onnxruntime 1 thread", false]);
    const program = engine.compile({
      name: "double",
      state: {},
      inputs: { x: [1] },
      trace: (ops, _, { x }) => ({ outputs: { y: ops.mul(x, 2) } }),
    });
    expect(() => program.runSync({}, { x: Float32Array.of(1) })).toThrow(
      new TypeError('Cannot run the double program: its engine is asynchronous; expected a call of "run"'),
    );
    expect([...(await program.run({}, { x: Float32Array.of(21) })).y]).toEqual([42]);
  });
});
