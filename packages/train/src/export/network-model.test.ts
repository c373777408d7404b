import { euler, midpoint, normal, rk4, rngOf, type Tableau } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { withoutRuntime } from "../../../../conformance/engine.js";
import { buildNetwork, type Network, type NetworkSpec } from "../network/index.js";
import { checkModel } from "./check-model.js";
import { samplerModel, velocityModel } from "./network-model.js";

const SPECS: Readonly<Record<string, NetworkSpec>> = {
  "torchcfm's mlp": { kind: "mlp", dim: 2, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } },
  "an mlp with everything": { kind: "mlp", dim: 3, width: 16, depth: 3, activation: "gelu", residual: true, classes: 4 },
  "an mlp of tanh": { kind: "mlp", dim: 1, width: 9, depth: 1, activation: "tanh", time: { kind: "sinusoidal", count: 3 } },
  "a residual mlp": { kind: "residual-mlp", dim: 5, width: 24, depth: 2, activation: "relu" },
  "a residual mlp with classes": { kind: "residual-mlp", dim: 2, width: 12, depth: 2, classes: 3 },
  "a U-Net": { kind: "unet", image: [1, 8, 8], channels: 8, multipliers: [1, 2], groups: 4, heads: 2, classes: 2 },
};

/** Every parameter drawn, so that layers that start at zero are seen too. */
function drawn(network: Network): Float32Array {
  const scale = (size: number, fanIn: number) => (size > 0 ? 1 / Math.sqrt(fanIn) : 0);
  const theta = new Float32Array(network.parameterCount);
  const noise = normal(rngOf(5), new Float64Array(theta.length));
  for (const { offset, size, shape } of network.parameters) {
    const fanIn = shape.slice(1).reduce((product, length) => product * length, 1);
    for (let i = 0; i < size; i++) theta[offset + i] = Number(noise[offset + i]) * scale(size, fanIn) * 0.7;
  }
  return theta;
}

describe("velocityModel", () => {
  for (const [name, spec] of Object.entries(SPECS)) {
    it(`gives the velocities of ${name} in ONNX Runtime, for a number of rows that it was not traced for`, async (context) => {
      if (withoutRuntime !== undefined) context.skip(withoutRuntime);
      const network = buildNetwork(spec);
      const theta = drawn(network);
      const model = velocityModel({ network, theta, metadata: { format: "test" } });
      const check = await checkModel(model, { network, theta });
      expect(check.difference).toBeLessThanOrEqual(1e-5);
      expect(check.passed).toBe(true);
      const other = Float32Array.from(theta, (v, i) => (i === theta.length - 1 ? v + 1e-2 : v));
      expect((await checkModel(model, { network, theta: other })).passed).toBe(false);
    });
  }

  it("stores every parameter under its name, once", () => {
    const network = buildNetwork(SPECS["torchcfm's mlp"] as NetworkSpec);
    const text = new TextDecoder("latin1").decode(velocityModel({ network, theta: drawn(network) }));
    for (const { name } of network.parameters) expect(text).toContain(name);
    const bytes = samplerModel({ network, theta: drawn(network) }, { tableau: euler, steps: 10 });
    expect(bytes.length).toBeLessThan(4 * network.parameterCount + 20_000); // ten steps, one set of weights
  });
});

describe("samplerModel", () => {
  const cases: readonly [Tableau, number, string][] = [
    [euler, 1, "torchcfm's mlp"],
    [euler, 7, "a residual mlp with classes"],
    [midpoint, 3, "an mlp with everything"],
    [rk4, 2, "torchcfm's mlp"],
  ];
  for (const [tableau, steps, name] of cases) {
    it(`goes ${steps} steps of ${tableau.name} with ${name}, as the solver on the host does`, async (context) => {
      if (withoutRuntime !== undefined) context.skip(withoutRuntime);
      const network = buildNetwork(SPECS[name] as NetworkSpec);
      const theta = drawn(network);
      const model = samplerModel({ network, theta }, { tableau, steps });
      expect((await checkModel(model, { network, theta }, { sampler: { tableau, steps } })).difference).toBeLessThanOrEqual(1e-5);
      const fewer = await checkModel(model, { network, theta }, { sampler: { tableau, steps: steps + 1 } });
      expect(fewer.passed).toBe(false);
    });
  }

  it("refuses no steps", () => {
    const network = buildNetwork({ kind: "mlp", dim: 1, width: 4 });
    expect(() => samplerModel({ network, theta: drawn(network) }, { tableau: euler, steps: 0 })).toThrow(
      new RangeError("Cannot export a sampler: it has 0 steps; expected a positive whole number"),
    );
  });
});
