import { fork, normal, points, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { type ForwardOps, type HostTensor, hostOps, hostTensor, jaxEngine, type Shape, sizeOf } from "../engine/index.js";
import { buildNetwork } from "./build-network.js";
import { customNetwork } from "./custom-network.js";
import { evaluateHost } from "./evaluate-host.js";
import { oneHot } from "./labels.js";
import type { Network } from "./network.js";

const engine = await jaxEngine();
const rng = rngOf(23);
const time = { kind: "fourier", count: 2 } as const;

/** A network of the user's own with a product that no layer here has: f = (A x) ∘ (1 + B y) + t. */
const bilinear = customNetwork({
  name: "bilinear",
  dim: 3,
  classes: 2,
  parameters: { a: { shape: [3, 3], spread: 1 }, b: { shape: [3, 2], centre: 1, spread: 0.5 } },
  apply(ops, { a, b }, { t, x, y }) {
    const product = ops.linear(x, a);
    const scaled = y ? ops.mul(product, ops.add(1, ops.linear(y, b))) : product;
    return ops.add(scaled, ops.reshape(t, [t.shape[0] ?? 0, 1]));
  },
  flopsPerPoint: 2 * 9 + 2 * 6,
});

const networks: Readonly<Record<string, Network>> = {
  "mlp with classes": buildNetwork({ kind: "mlp", dim: 3, width: 12, depth: 2, classes: 4, residual: true, time }),
  "residual-mlp": buildNetwork({ kind: "residual-mlp", dim: 3, width: 16, depth: 2, time }),
  "residual-mlp with classes": buildNetwork({ kind: "residual-mlp", dim: 2, width: 8, depth: 1, classes: 3, time }),
  "mlp of two times": buildNetwork({ kind: "mlp", dim: 2, width: 10, depth: 2, times: 2, time }),
  "residual-mlp of two times": buildNetwork({ kind: "residual-mlp", dim: 2, width: 8, depth: 1, times: 2, time }),
  "unet of odd sides, two channels, two heads": buildNetwork({
    kind: "unet",
    image: [2, 5, 3],
    channels: 4,
    multipliers: [1, 2],
    groups: 2,
    heads: 2,
    classes: 3,
    time,
  }),
  "unet of two blocks for each resolution, without attention": buildNetwork({
    kind: "unet",
    image: [1, 4, 4],
    channels: 2,
    multipliers: [1, 2],
    groups: 1,
    heads: 0,
    blocks: 2,
    time,
  }),
  "a custom network": bilinear,
};

const B = 4;

/** Parameters away from the zeros that some start at, points, times and labels, with and without class. */
function inputsOf({ dim, parameterCount, classes, init }: Network) {
  const away = normal(fork(rng, "theta"), new Float64Array(parameterCount));
  const theta = init(rng).map((v, i) => v + 0.1 * Number(away[i]));
  const t = Float32Array.of(0, 0.3, 0.55, 1);
  const x = Float32Array.from(normal(fork(rng, "x"), new Float64Array(B * dim)));
  const label = Int32Array.from([0, 1, -1, 2], (k) => (classes === 0 ? -1 : Math.min(k, classes - 1)));
  return { theta, t, x, label };
}

/** Velocities, the gradient of Σ c·f by θ and the derivative of f along c by x, in the engine. */
function measure(network: Network, { theta, t, x, label }: ReturnType<typeof inputsOf>, c: Float32Array) {
  const { dim, classes } = network;
  const labels = classes > 0 ? { y: [B, classes] } : {};
  const program = engine.compile({
    name: "network",
    state: {},
    inputs: { theta: [theta.length], t: [B], x: [B, dim], c: [B, dim], ...labels } as Readonly<Record<string, Shape>>,
    trace(ops, _, { theta: at = never(), t: times = never(), x: from = never(), c: weights = never(), y }) {
      const weighted = (p: typeof at) => ops.sum(ops.mul(network.apply(ops, p, times, from, y), weights));
      const [, gradient] = ops.valueAndGradient(weighted, at);
      const [v, derivative] = ops.jvp((p) => network.apply(ops, at, times, p, y), from, weights);
      return { outputs: { v, gradient, derivative } };
    },
  });
  const given: Record<string, Float32Array> = { theta, t, x, c, ...(classes > 0 ? { y: oneHot(label, classes) } : {}) };
  return program.runSync({}, given);
}

function never(): never {
  throw new Error("an input is missing");
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + v * Number(b[i]), 0);

describe("every network", () => {
  for (const [name, network] of Object.entries(networks)) {
    const { dim, parameters, parameterCount, classes } = network;
    const inputs = inputsOf(network);
    const { theta, t, x, label } = inputs;
    const c = Float32Array.from(normal(fork(rng, "c"), new Float64Array(B * dim)));
    const host = (at: ArrayLike<number>, from: ArrayLike<number> = x, y: Int32Array | undefined = label): Float64Array =>
      evaluateHost(network, at, { t, x: points(Float64Array.from(from), dim), ...(y ? { label: y } : {}) }).data;
    const exact = host(theta);
    const size = Math.sqrt(dot(exact, exact) / exact.length);

    it(`${name}: velocity, derivative by x and gradient by each array agree with float64`, () => {
      const measured = measure(network, inputs, c);
      // A dozen layers of sums of ≤ 100 terms round by 2^-24·√100 of their size each, and normalisation passes errors on with
      // factors of a few: 1e-5 of the size of the output.
      exact.forEach((v, i) => {
        expect(Math.abs(v - (measured.v[i] ?? Number.NaN)), `velocity ${i}`).toBeLessThan(1e-5 * (1 + size));
      });
      const h = 1e-5; // central differences in float64: h²·f‴ = 1e-10·10³ and rounding 1e-16·10²/1e-5, below 1e-6 of f
      const ahead = (s: number): Float64Array =>
        host(
          theta,
          Float64Array.from(x, (v, i) => v + s * Number(c[i])),
        );
      const [after, before] = [ahead(h), ahead(-h)];
      const slope = after.map((v, i) => (v - Number(before[i])) / (2 * h));
      const steepness = Math.sqrt(dot(slope, slope) / slope.length);
      slope.forEach((v, i) => {
        expect(Math.abs(v - (measured.derivative[i] ?? Number.NaN)), `derivative ${i}`).toBeLessThan(3e-5 * (1 + steepness));
      });
      for (const { name: array, offset, size: length } of parameters) {
        const direction = normal(fork(rng, array), new Float64Array(length));
        const moved = (s: number): number => {
          const at = Float64Array.from(theta);
          direction.forEach((v, i) => {
            at[offset + i] = Number(at[offset + i]) + s * v;
          });
          return dot(host(at), c);
        };
        const along = (moved(h) - moved(-h)) / (2 * h);
        const part = measured.gradient.subarray(offset, offset + length);
        const scale = Math.sqrt(dot(part, part) * length) + size * Math.sqrt(B * dim);
        expect(Math.abs(dot(part, direction) - along), array).toBeLessThan(3e-5 * (1 + scale));
      }
    });

    it(`${name}: rows do not mix, so that points in another order give the same velocities in that order`, () => {
      const order = [2, 0, 3, 1];
      const pick = (of: ArrayLike<number>, width: number): number[] =>
        order.flatMap((b) => Array.from({ length: width }, (_, d) => Number(of[b * width + d])));
      const turned = evaluateHost(network, theta, {
        t: pick(t, 1),
        x: points(Float64Array.from(pick(x, dim)), dim),
        label: Int32Array.from(pick(label, 1)),
      });
      expect([...turned.data]).toEqual(pick(exact, dim));
    });

    it(`${name}: the null label is no label, a class is another thing, and no other class exists`, () => {
      const none = host(theta, x, new Int32Array(B).fill(-1));
      const unlabelled = evaluateHost(network, theta, { t, x: points(Float64Array.from(x), dim) }).data;
      expect(none).toEqual(unlabelled);
      label.forEach((k, b) => {
        const [own, bare] = [exact, none].map((v) => [...v.subarray(b * dim, (b + 1) * dim)]);
        if (k === -1) expect(own).toEqual(bare);
        else expect(own).not.toEqual(bare);
      });
      expect(() => host(theta, x, new Int32Array(B).fill(classes))).toThrow(/the label of point 0 is \d+; expected -1/);
      expect(() => host(theta, x, new Int32Array(B).fill(-2))).toThrow(RangeError);
    });

    it(`${name}: arrays have names of their own and follow each other without a gap`, () => {
      expect(new Set(parameters.map((p) => p.name)).size).toBe(parameters.length);
      let next = 0;
      for (const { offset, size: length, shape } of parameters) {
        expect(offset).toBe(next);
        expect(length).toBe(sizeOf(shape));
        next += length;
      }
      expect(next).toBe(parameterCount);
      expect(network.init(rng)).toEqual(network.init(rng));
      expect(network.init(rng).length).toBe(parameterCount);
    });

    it(`${name}: its operations are those of the products and convolutions that one labelled point takes`, () => {
      let flops = 0;
      const counting: ForwardOps = {
        ...hostOps,
        linear(p, w) {
          flops += 2 * sizeOf(p.shape) * Number(w.shape[0]);
          return hostOps.linear(p, w);
        },
        matmul(p, q) {
          flops += 2 * sizeOf(p.shape) * Number(q.shape.at(-1));
          return hostOps.matmul(p, q);
        },
        conv2d(p, w, options) {
          const out = hostOps.conv2d(p, w, options);
          flops += 2 * sizeOf(out.shape) * sizeOf(w.shape.slice(1));
          return out;
        },
      };
      const y = classes > 0 ? [hostTensor(oneHot(Int32Array.of(0), classes), [1, classes])] : [];
      network.apply(
        counting,
        hostTensor(theta, [parameterCount]),
        hostTensor([0.5], [1]),
        hostTensor(x.subarray(0, dim), [1, dim]),
        ...y,
      );
      expect(network.flopsPerPoint).toBe(flops);
    });
  }

  it("starts from v = 0 where the last layer is silent, whatever the time and the class", () => {
    const silent = [
      buildNetwork({ kind: "unet", image: [1, 5, 5], channels: 8, multipliers: [1, 1], classes: 2 }),
      buildNetwork({ kind: "residual-mlp", dim: 25, width: 8, outputScale: 0, classes: 2 }),
    ];
    for (const network of silent) {
      const x = points(normal(rng, new Float64Array(50)), 25);
      const { data } = evaluateHost(network, network.init(rng), { t: [0.2, 0.8], x, label: Int32Array.of(1, -1) });
      expect([...data].every((v) => v === 0)).toBe(true);
    }
  });
});

describe("unet", () => {
  it("has the arrays of its layers: counted by hand for one resolution without attention", () => {
    const { parameters, parameterCount } = buildNetwork({
      kind: "unet",
      image: [1, 4, 4],
      channels: 2,
      multipliers: [1],
      groups: 1,
      heads: 0,
      time: { kind: "raw" },
    });
    const conv = (from: number, to: number, side = 3): number => from * to * side * side + to;
    const block = (from: number, to: number): number =>
      2 * from + conv(from, to) + (8 * 2 * to + 2 * to) + conv(to, to) + (from === to ? 0 : conv(from, to, 1));
    const embedding = 1 * 8 + 8 + 8 * 8 + 8;
    // down, two in the middle, up on 2 + 2 channels
    expect(parameterCount).toBe(embedding + conv(1, 2) + 3 * block(2, 2) + block(4, 2) + 2 * 2 + conv(2, 1));
    expect(parameters.filter(({ name }) => name.startsWith("down")).map(({ name, shape }) => [name, shape])).toEqual([
      ["down.0.0.norm.weight", [2, 1, 1]],
      ["down.0.0.norm.bias", [2, 1, 1]],
      ["down.0.0.0.weight", [2, 2, 3, 3]],
      ["down.0.0.0.bias", [2]],
      ["down.0.0.film.weight", [4, 8]],
      ["down.0.0.film.bias", [4]],
      ["down.0.0.1.weight", [2, 2, 3, 3]],
      ["down.0.0.1.bias", [2]],
    ]);
  });

  it("takes images of 28 × 28 through 14 and 7 to 4 and back, at any sides from 1 to 9 too", () => {
    const zero = (shape: Shape): HostTensor => hostTensor(new Float64Array(sizeOf(shape)), shape);
    const sides: [number, number][] = [[28, 28], ...Array.from({ length: 9 }, (_, i): [number, number] => [i + 1, 9 - i])];
    for (const [height, width] of sides) {
      const network = buildNetwork({
        kind: "unet",
        image: [1, height, width],
        channels: 1,
        multipliers: [1, 1, 1, 1],
        groups: 1,
        time: { kind: "raw" },
      });
      const { shape } = network.apply(hostOps, zero([network.parameterCount]), zero([1]), zero([1, height * width]));
      expect(shape).toEqual([1, height * width]);
    }
  });
});

describe("customNetwork", () => {
  it("starts its arrays as asked, in the order of their names", () => {
    expect(bilinear.parameters.map(({ name }) => name)).toEqual(["a", "b"]);
    const theta = bilinear.init(rng);
    expect(theta.subarray(0, 9).every((v) => Math.abs(v) <= 1)).toBe(true);
    expect(theta.subarray(9).every((v) => v >= 0.5 && v <= 1.5)).toBe(true);
    expect(bilinear.spec).toEqual({ kind: "custom", name: "bilinear", dim: 3, classes: 2 });
  });

  it("refuses a result of another shape, and sizes that are no counts", () => {
    const wrong = customNetwork({ dim: 3, parameters: {}, apply: (ops, _, { x }) => ops.sum(x, 1) });
    const at = { t: [0], x: points(new Float64Array(3), 3) };
    expect(() => evaluateHost(wrong, [], at)).toThrow(
      new RangeError('Cannot use the network "custom": it gives [1]; expected [1, 3]'),
    );
    expect(() => customNetwork({ dim: 0, parameters: {}, apply: (_, __, { x }) => x })).toThrow(RangeError);
  });
});
