import { fork, normal, points, rngOf, uniform } from "@fluxion/core";
import { beforeEach, describe, expect, it } from "vitest";
import { engineSuite, withoutRuntime } from "../../../../../conformance/engine.js";
import { createLearner } from "../../learner/index.js";
import { buildNetwork } from "../../network/index.js";
import type { TrainingBatch } from "../../objective/index.js";
import { buildOptimizer } from "../../optimizer/index.js";
import type { Engine } from "../engine.js";
import { onnxEngine } from "./onnx-engine.js";
import { loadRuntime } from "./runtime.js";

beforeEach((context) => {
  if (withoutRuntime !== undefined) context.skip(withoutRuntime);
});

for (const threads of [1, 2])
  engineSuite(`onnxEngine on ${threads} thread(s)`, () => onnxEngine({ threads }), {
    cases: threads === 1 ? 40 : 10,
    skip: withoutRuntime,
  });

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

describe("a learner on onnxEngine", () => {
  const network = buildNetwork({ kind: "mlp", dim: 2, width: 24, depth: 2 });
  const B = 32;
  const batchAt = (k: number): TrainingBatch => {
    const draw = (name: string) => points(normal(fork(rngOf(3), name, k), new Float64Array(2 * B)), 2);
    return { t: uniform(fork(rngOf(3), "t", k), new Float64Array(B)), xt: draw("x"), ut: draw("u") };
  };
  const start = (engine: Engine) => createLearner({ engine, network, optimizer: buildOptimizer(), rng: rngOf(1) });

  it("continues from a saved state with the bytes of a run that was not interrupted, on the same number of threads", async () => {
    for (const threads of [1, 2]) {
      const whole = start(await onnxEngine({ threads }));
      const [first, second] = [start(await onnxEngine({ threads })), start(await onnxEngine({ threads }))];
      for (let k = 0; k < 6; k++) await whole.step(batchAt(k));
      for (let k = 0; k < 3; k++) await first.step(batchAt(k));
      second.load(await first.state());
      for (let k = 3; k < 6; k++) await second.step(batchAt(k));
      expect(await second.state()).toEqual(await whole.state());
    }
  });

  it("moves nothing in a step that overflows, and goes on from there", async () => {
    const [learner, other] = [start(await onnxEngine({ threads: 1 })), start(await onnxEngine({ threads: 1 }))];
    for (const each of [learner, other]) await each.step(batchAt(0));
    const wild = { ...batchAt(1), ut: points(new Float64Array(2 * B).fill(1e30), 2) };
    expect((await learner.step(wild)).status).toBe("notFinite");
    expect(await learner.state()).toEqual(await other.state());
    expect(await learner.step(batchAt(1))).toEqual(await other.step(batchAt(1)));
  });
});
