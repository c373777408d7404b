import { fork, normal, points, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "../engine/index.js";
import { activations } from "./activation.js";
import { buildNetwork } from "./build-network.js";
import { evaluateHost } from "./evaluate-host.js";
import type { Network } from "./network.js";
import type { NetworkSpec } from "./network-spec.js";
import { flatParameters, namedParameters } from "./parameters.js";

const engine = await jaxEngine();
const rng = rngOf(17);

/** Velocities of B points in the engine. */
function forward(network: Network, theta: Float32Array, t: Float32Array, x: Float32Array): Float32Array {
  const B = t.length;
  const program = engine.compile({
    name: "forward",
    state: {},
    inputs: { theta: [theta.length], t: [B], x: [B, network.dim] },
    trace: (ops, _, inputs) => ({ outputs: { v: network.apply(ops, inputs.theta, inputs.t, inputs.x) } }),
  });
  return program.runSync({}, { theta, t, x }).v;
}

/** The velocity at one point in float64. */
const host = (network: Network, theta: Float32Array, t: number, x: Float64Array): Float64Array =>
  evaluateHost(network, theta, { t: [t], x: points(x, network.dim) }).data;

const specs: NetworkSpec[] = [
  { kind: "mlp", dim: 2, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } },
  { kind: "mlp", dim: 5, width: 33, depth: 2, activation: "silu" },
  { kind: "mlp", dim: 1, width: 16, depth: 4, activation: "gelu", residual: true, time: { kind: "sinusoidal", count: 3 } },
  { kind: "mlp", dim: 3, width: 8, depth: 1, activation: "tanh", time: { kind: "fourier", count: 2 } },
  { kind: "mlp", dim: 4, width: 20, depth: 3, activation: "relu", residual: true },
];

describe("mlp", () => {
  for (const spec of specs) {
    it(`gives the same velocity in the engine as on the host: ${JSON.stringify(spec)}`, () => {
      const network = buildNetwork(spec);
      const theta = network.init(rng);
      const B = 9;
      const t = Float32Array.from({ length: B }, (_, b) => b / (B - 1));
      const x = Float32Array.from(normal(fork(rng, "x"), new Float64Array(B * network.dim)));
      const v = forward(network, theta, t, x);
      for (let b = 0; b < B; b++) {
        const at = Float64Array.from(x.subarray(b * network.dim, (b + 1) * network.dim));
        host(network, theta, t[b] ?? 0, at).forEach((exact, d) => {
          // A layer of n ≤ 64 terms rounds by about √n·2^-24·max|Σ| = 2e-6 for sums below 4 and passes its input's error
          // on times a gain near 1; five layers are the most here.
          expect(Math.abs((v[b * network.dim + d] ?? Number.NaN) - exact)).toBeLessThan(1e-5);
        });
      }
    });
  }

  it("is the formula it says, by hand: φ(W₀[x, t] + b₀) into W₁h + b₁", () => {
    const network = buildNetwork({ kind: "mlp", dim: 1, width: 2, depth: 1, activation: "tanh", time: { kind: "raw" } });
    const theta = flatParameters(network.parameters, {
      "layers.0.weight": [0.5, -1, 2, 0.25], // rows are outputs: [x, t] → two units
      "layers.0.bias": [0.1, -0.2],
      "layers.1.weight": [3, -4],
      "layers.1.bias": [0.75],
    });
    const [x, t] = [0.7, 0.4];
    const h = [Math.tanh(0.5 * x - t + 0.1), Math.tanh(2 * x + 0.25 * t - 0.2)];
    const expected = 3 * (h[0] ?? 0) - 4 * (h[1] ?? 0) + 0.75;
    const [actual] = host(network, theta, t, Float64Array.of(x));
    // The stored weights are float32: 0.1 and −0.2 are off by 3e-9, times slopes of at most 4.
    expect(Math.abs((actual ?? 0) - expected)).toBeLessThan(3e-8);
  });

  it("adds the input of a residual layer to its output, and only from the second hidden layer on", () => {
    const plain = buildNetwork({ kind: "mlp", dim: 2, width: 3, depth: 2, time: { kind: "raw" } });
    const residual = buildNetwork({ kind: "mlp", dim: 2, width: 3, depth: 2, time: { kind: "raw" }, residual: true });
    const named = namedParameters(plain.parameters, plain.init(rng));
    named["layers.1.weight"]?.fill(0); // then the second hidden layer is φ(0) = 0, alone or beside the identity
    const theta = flatParameters(plain.parameters, named);
    const at = Float64Array.of(0.3, -1.2);
    const out = (network: Network): Float64Array => host(network, theta, 0.5, at);
    expect([...out(plain)]).toEqual([0, 0]);
    const oneLayer = buildNetwork({ kind: "mlp", dim: 2, width: 3, depth: 1, time: { kind: "raw" } });
    const skipped = flatParameters(oneLayer.parameters, {
      "layers.0.weight": named["layers.0.weight"] ?? [],
      "layers.0.bias": named["layers.0.bias"] ?? [],
      "layers.1.weight": named["layers.2.weight"] ?? [],
      "layers.1.bias": named["layers.2.bias"] ?? [],
    });
    const expected = host(oneLayer, skipped, 0.5, at);
    const actual = out(residual);
    for (const d of [0, 1]) expect(actual[d]).toBeCloseTo(expected[d] ?? Number.NaN, 14);
  });

  it("has torchcfm's shape: 2 + 1 → 64 → 64 → 64 → 2", () => {
    const network = buildNetwork({ kind: "mlp", dim: 2, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } });
    expect(network.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ["layers.0.weight", [64, 3]],
      ["layers.0.bias", [64]],
      ["layers.1.weight", [64, 64]],
      ["layers.1.bias", [64]],
      ["layers.2.weight", [64, 64]],
      ["layers.2.bias", [64]],
      ["layers.3.weight", [2, 64]],
      ["layers.3.bias", [2]],
    ]);
    let next = 0; // the arrays follow each other without a gap
    for (const { offset, size } of network.parameters) {
      expect(offset).toBe(next);
      next += size;
    }
    expect(next).toBe(network.parameterCount);
    expect(network.parameterCount).toBe(64 * 3 + 64 + 2 * (64 * 64 + 64) + 2 * 64 + 2);
    expect(network.flopsPerPoint).toBe(2 * (64 * 3 + 2 * 64 * 64 + 2 * 64));
  });

  it("starts from weights of variance gain²/fanIn and zero biases, the same for the same generator", () => {
    const network = buildNetwork({ kind: "mlp", dim: 4, width: 128, depth: 2, outputScale: 0.5 });
    const theta = network.init(rng);
    expect(network.init(rng)).toEqual(theta);
    expect(network.init(fork(rng, 1))).not.toEqual(theta);
    const named = namedParameters(network.parameters, theta);
    const { gain } = activations.silu;
    const expected: [string, number][] = [
      ["layers.0.weight", 1 / Math.sqrt(4 + 17)],
      ["layers.1.weight", gain / Math.sqrt(128)],
      ["layers.2.weight", (0.5 * gain) / Math.sqrt(128)],
    ];
    for (const [name, deviation] of expected) {
      const weights = named[name] ?? new Float32Array();
      const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
      // Var(u²)/E[u²]² = 4/5 for a uniform u: five standard errors of the mean square.
      expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt(0.8 / weights.length));
    }
    for (const i of [0, 1, 2]) expect(named[`layers.${i}.bias`]?.every((b) => b === 0)).toBe(true);
  });

  it("keeps the first draws of its initial parameters from release to release", () => {
    const theta = buildNetwork({ kind: "mlp", dim: 1, width: 2, depth: 1, time: { kind: "raw" } }).init(rngOf(1));
    expect([...theta].map((value) => value.toPrecision(7))).toMatchInlineSnapshot(`
      [
        "-1.026065",
        "0.7627859",
        "0.2248133",
        "-0.1472059",
        "0.000000",
        "0.000000",
        "-0.1698125",
        "1.425240",
        "0.000000",
      ]
    `);
  });

  it("starts from v = 0 when outputScale is 0", () => {
    const network = buildNetwork({ kind: "mlp", dim: 3, outputScale: 0 });
    const v = host(network, network.init(rng), 0.3, Float64Array.of(1, 2, 3));
    expect([...v].map(Math.abs)).toEqual([0, 0, 0]);
  });

  it("refuses parameters and points of another size", () => {
    const network = buildNetwork({ kind: "mlp", dim: 2, width: 4, depth: 1 });
    expect(() => host(network, new Float32Array(3), 0, new Float64Array(2))).toThrow(
      /Cannot evaluate the network: there are 3 parameters, times \[1\] and points \[1, 2\]; expected \d+, \[1\] and \[1, 2\]/,
    );
  });
});
