import { fork, type Rng, uniform } from "@fluxion/core";
import type { Ops, Tensor } from "../engine/index.js";
import { activations } from "./activation.js";
import type { Network } from "./network.js";
import type { MlpSpec } from "./network-spec.js";
import { type Parameter, parameter, parameterCount } from "./parameters.js";
import { featureCount, hostTimeFeatures, timeFeatures, traceTimeFeatures } from "./time-features.js";

/** An affine map h ↦ Wh + b and what follows it. */
interface Layer {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly weight: Parameter;
  readonly bias: Parameter;
  /** Whether φ follows. */
  readonly hidden: boolean;
  /** Whether its input is added to its output. */
  readonly residual: boolean;
}

/** A multilayer perceptron on [x, φ(t)]. */
export function mlp(spec: Required<MlpSpec>): Network {
  const { dim, activation } = spec;
  const features = timeFeatures(spec.time);
  const layers = layersOf(spec, dim + featureCount(features));
  const parameters = layers.flatMap(({ weight, bias }) => [weight, bias]);
  const count = parameterCount(parameters);
  const { traced, host, gain } = activations[activation];

  const apply = (ops: Ops, theta: Tensor, t: Tensor, x: Tensor): Tensor => {
    const batch = x.shape[0] ?? 0;
    let h = ops.concat([x, traceTimeFeatures(ops, features, ops.reshape(t, [batch, 1]))], 1);
    for (const { weight, bias, hidden, residual } of layers) {
      const affine = ops.add(ops.linear(h, part(ops, theta, weight)), part(ops, theta, bias)); // [B, fanOut]
      const next = hidden ? traced(ops, affine) : affine;
      h = residual ? ops.add(h, next) : next;
    }
    return h;
  };

  const evaluateHost: Network["evaluateHost"] = (theta, t, x, out) => {
    if (theta.length !== count || x.length !== dim) {
      throw new RangeError(
        `Cannot evaluate the network: there are ${theta.length} parameters and ${x.length} coordinates; expected ${count} and ${dim}`,
      );
    }
    let h = Float64Array.from([...x, ...hostTimeFeatures(features, t)]);
    for (const layer of layers) h = hostLayer(layer, theta, h, host);
    out.set(h);
    return out;
  };

  return {
    spec,
    dim,
    parameters,
    parameterCount: count,
    flopsPerPoint: layers.reduce((flops, { fanIn, fanOut }) => flops + 2 * fanIn * fanOut, 0),
    init: (rng) => initialParameters(layers, count, { rng, gain, outputScale: spec.outputScale }),
    apply,
    evaluateHost,
  };
}

function layersOf({ dim, width, depth, residual }: Required<MlpSpec>, inputs: number): readonly Layer[] {
  let fanIn = inputs;
  let offset = 0;
  return [...Array.from({ length: depth }, () => width), dim].map((fanOut, i) => {
    const weight = parameter(`layers.${i}.weight`, [fanOut, fanIn], offset);
    const bias = parameter(`layers.${i}.bias`, [fanOut], weight.offset + weight.size);
    const hidden = i < depth;
    const layer = { fanIn, fanOut, weight, bias, hidden, residual: residual && hidden && i > 0 };
    fanIn = fanOut;
    offset = bias.offset + bias.size;
    return layer;
  });
}

/** One array of θ as a tensor of its shape. */
function part(ops: Ops, theta: Tensor, { offset, size, shape }: Parameter): Tensor {
  return ops.reshape(ops.slice(theta, offset, offset + size), shape);
}

/**
 * Weights uniform on ±√3·gain/√fanIn, so that their variance is gain²/fanIn, where the gain is 1 for the first layer
 * (its input has not passed φ) and for the last, `outputScale` times that; biases zero.
 */
function initialParameters(
  layers: readonly Layer[],
  count: number,
  { rng, gain, outputScale }: { rng: Rng; gain: number; outputScale: number },
): Float32Array {
  const theta = new Float32Array(count);
  layers.forEach(({ fanIn, weight, hidden }, i) => {
    const spread = Math.sqrt(3 / fanIn) * (i === 0 ? 1 : gain) * (hidden ? 1 : outputScale);
    const draws = uniform(fork(rng, weight.name), new Float64Array(weight.size));
    theta.set(
      draws.map((u) => spread * (2 * u - 1)),
      weight.offset,
    );
  });
  return theta;
}

/** φ(Wh + b), plus h where the layer is residual, in float64. */
function hostLayer(
  layer: Layer,
  theta: ArrayLike<number>,
  h: Float64Array,
  phi: (x: number) => number,
): Float64Array<ArrayBuffer> {
  const { fanIn, fanOut, weight, bias, hidden, residual } = layer;
  const next = new Float64Array(fanOut);
  for (let o = 0; o < fanOut; o++) {
    let sum = Number(theta[bias.offset + o]);
    for (let i = 0; i < fanIn; i++) sum += Number(h[i]) * Number(theta[weight.offset + o * fanIn + i]);
    next[o] = (hidden ? phi(sum) : sum) + (residual ? Number(h[o]) : 0);
  }
  return next;
}
