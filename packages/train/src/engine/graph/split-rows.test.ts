import { fork, normal, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { distance, exactly, withoutRuntime } from "../../../../../conformance/engine.js";
import { lossGradient, trainingStep } from "../../learner/training-step.js";
import { buildNetwork } from "../../network/index.js";
import { buildOptimizer } from "../../optimizer/index.js";
import type { Computation } from "../engine.js";
import { onnxEngine } from "../onnx/onnx-engine.js";
import { planOf } from "../onnx/plan.js";
import { graphBuilder } from "./graph-builder.js";
import { splitRows } from "./split-rows.js";
import { trace } from "./trace.js";

const rng = rngOf(41);
const draws = (name: string, length: number): Float32Array =>
  Float32Array.from(normal(fork(rng, name), new Float64Array(length)));

describe("splitRows", () => {
  const network = buildNetwork({ kind: "mlp", dim: 2, width: 700, depth: 1, time: { kind: "raw" } });

  it("splits a training step on a large batch of a wide network, and nothing on a small one", () => {
    const planned = (B: number) => planOf(trace(trainingStep(network, buildOptimizer(), B))).runs;
    expect([256, 512, 768, 1024, 257].map(planned)).toEqual([1, 2, 3, 4, 1]); // 257 is prime
  });

  it("gives the loss and the gradient of the whole batch, for odd and even numbers of parts", async (context) => {
    if (withoutRuntime !== undefined) context.skip(withoutRuntime);
    const engine = await onnxEngine({ threads: 1 });
    for (const B of [512, 768]) {
      const computation = lossGradient(network, B) as unknown as Computation<string, string, string>;
      expect(planOf(trace(computation)).runs).toBeGreaterThan(1);
      const inputs = { t: draws("t", B), xt: draws("xt", 2 * B), ut: draws("ut", 2 * B), share: new Float32Array(B).fill(1 / B) };
      const theta = network.init(rng);
      const program = engine.compile(computation);
      const exact = exactly(computation, { theta }, inputs);
      for (let again = 0; again < 2; again++) {
        const found = await program.run({ theta: engine.resident(theta, [theta.length]) }, inputs);
        for (const key of ["loss", "gradient"]) expect(distance(found[key] ?? [], exact[key] ?? [])).toBeLessThan(1e-5);
      }
    }
  });

  it("leaves alone what is no sum over rows, and rows that meet other rows", () => {
    const b = graphBuilder();
    const x = b.variable("input", "x", [1024, 512]);
    const w = b.variable("state", "w", [512, 512]);
    const y = b.matmul(x, w);
    const total = b.matmul(x, y, { transposeX: true });
    expect(splitRows([total])?.runs).toBe(2);
    expect(splitRows([total, y])).toBeUndefined();
    expect(splitRows([b.exp(total)])).toBeUndefined(); // of a sum: not a sum of parts
    expect(splitRows([b.sum(b.transpose(y, [1, 0]), [0])])).toBeUndefined();
    expect(splitRows([b.sum(b.matmul(b.matmul(x, x, { transposeY: true }), x), [0])])).toBeUndefined();
  });
});
