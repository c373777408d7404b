import type { Shape, Tensor } from "../engine/index.js";
import type { Layout, Pass } from "./layout.js";

/** A layer: what it makes of a tensor in a forward pass. */
export type Layer = (pass: Pass, x: Tensor) => Tensor;

/** Sizes of an affine layer, and the gain of what comes before it. */
export interface AffineOptions {
  readonly fanIn: number;
  readonly fanOut: number;
  /** Weights start with variance gain²/fanIn; 0 for a layer that starts silent. @defaultValue 1 */
  readonly gain?: number;
}

/** x [B, fanIn] ↦ x·Wᵀ + b, [B, fanOut]; arrays `name.weight` [fanOut, fanIn] and `name.bias`. */
export function affine(to: Layout, name: string, { fanIn, fanOut, gain = 1 }: AffineOptions): Layer {
  const weight = to.array(`${name}.weight`, [fanOut, fanIn], { spread: Math.sqrt(3 / fanIn) * gain });
  const bias = to.array(`${name}.bias`, [fanOut]);
  to.work(2 * fanIn * fanOut);
  return (pass, x) => pass.ops.add(pass.ops.linear(x, weight(pass)), bias(pass));
}

/** Sizes of a convolution. */
export interface ConvolutionOptions {
  /** Channels in and out. */
  readonly channels: readonly [from: number, to: number];
  /** Side of the kernel; the padding is half of it, so that stride 1 keeps the size. */
  readonly side: 1 | 3;
  /** Pixels of the result, which only the count of operations needs. */
  readonly pixels: number;
  /** @defaultValue 1 */
  readonly stride?: 1 | 2;
  /** @defaultValue 1 */
  readonly gain?: number;
}

/** Images [B, C, H, W] ↦ [B, O, H', W'] by a kernel and a bias for each channel. */
export function convolution(to: Layout, name: string, options: ConvolutionOptions): Layer {
  const { channels, side, pixels, stride = 1, gain = 1 } = options;
  const [from, O] = channels;
  const fanIn = from * side * side;
  const weight = to.array(`${name}.weight`, [O, from, side, side], { spread: Math.sqrt(3 / fanIn) * gain });
  const bias = to.array(`${name}.bias`, [O]);
  to.work(2 * fanIn * O * pixels);
  return (pass, x) => {
    const { ops } = pass;
    const correlated = ops.conv2d(x, weight(pass), { stride, padding: (side - 1) / 2 });
    return ops.add(correlated, ops.reshape(bias(pass), [1, O, 1, 1]));
  };
}

/** Added to a variance before its root, as everywhere in the field: a constant input normalises to zero. */
const NORM_EPSILON = 1e-5;

/** (x − m)/√(s² + 10⁻⁵) with mean and variance over the last axis. */
export function normalised({ ops }: Pass, x: Tensor): Tensor {
  const length = x.shape.at(-1) ?? 1;
  const column = [...x.shape.slice(0, -1), 1];
  const mean = (of: Tensor): Tensor => ops.reshape(ops.mul(ops.sum(of, of.shape.length - 1), 1 / length), column);
  const centred = ops.sub(x, mean(x));
  const variance = mean(ops.mul(centred, centred));
  return ops.div(centred, ops.sqrt(ops.add(variance, NORM_EPSILON)));
}

/** Group normalisation of images [B, C, H, W], without scale and shift [Wu2018]: every group of channels by itself. */
export function groupNormalised(pass: Pass, x: Tensor, groups: number): Tensor {
  const { ops } = pass;
  const [B = 0, C = 0, H = 0, W = 0] = x.shape;
  return ops.reshape(normalised(pass, ops.reshape(x, [B, groups, (C / groups) * H * W])), [B, C, H, W]);
}

/** A factor and a summand for each of `channels` features, learned and starting at 1 and 0. */
export function scaleAndShift(to: Layout, name: string, shape: Shape): Layer {
  const scale = to.array(`${name}.weight`, shape, { centre: 1 });
  const shift = to.array(`${name}.bias`, shape);
  return (pass, x) => pass.ops.add(pass.ops.mul(x, scale(pass)), shift(pass));
}

/**
 * Feature-wise linear modulation [Perez2018]: x·(1 + γ(e)) + δ(e), γ and δ affine in the embedding e [B, E]. It starts as
 * the identity.
 */
export function film(
  to: Layout,
  name: string,
  { from, features }: { from: number; features: number },
): (pass: Pass, x: Tensor, e: Tensor) => Tensor {
  const modulation = affine(to, name, { fanIn: from, fanOut: 2 * features, gain: 0 });
  return (pass, x, e) => {
    const { ops } = pass;
    const both = modulation(pass, e);
    const shape = x.shape.map((length, axis) => (axis < 2 ? length : 1));
    const part = (first: number): Tensor => ops.reshape(ops.slice(both, first, first + features, 1), shape);
    return ops.add(ops.mul(x, ops.add(1, part(0))), part(features));
  };
}

/** A learned vector for each class: y one-hot [B, K] ↦ [B, features]. A row of zeros, the null label, gives zero. */
export function classVector(
  to: Layout,
  { classes, features }: { classes: number; features: number },
): (pass: Pass, y: Tensor) => Tensor {
  const weight = to.array("classes.weight", [features, classes], { spread: Math.sqrt(3) });
  to.work(2 * classes * features);
  return (pass, y) => pass.ops.linear(y, weight(pass));
}
