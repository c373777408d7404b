import type { Operand, Shape, Tensor } from "./tensor.js";

/** Options of `conv2d`, the same for rows and columns. */
export interface Conv2dOptions {
  /** Pixels from one place of the kernel to the next. */
  readonly stride: number;
  /** Zeros on each of the four sides. */
  readonly padding: number;
}

/**
 * The vocabulary of networks: what can be computed forward. Networks, objectives and optimizers are written with these operations only, so
 * that one source runs on every engine, and in float64 on `hostOps`. Elementwise operations broadcast from the last axis. Nothing is consumed or
 * freed by the caller: a tensor may be used any number of times.
 */
export interface ForwardOps {
  /** Numbers fixed at compile time, row-major. */
  constant(values: readonly number[], shape: Shape): Tensor;
  add(x: Operand, y: Operand): Tensor;
  sub(x: Operand, y: Operand): Tensor;
  mul(x: Operand, y: Operand): Tensor;
  div(x: Operand, y: Operand): Tensor;
  minimum(x: Operand, y: Operand): Tensor;
  maximum(x: Operand, y: Operand): Tensor;
  exp(x: Tensor): Tensor;
  sqrt(x: Tensor): Tensor;
  sin(x: Tensor): Tensor;
  cos(x: Tensor): Tensor;
  tanh(x: Tensor): Tensor;
  /** (2/√π) ∫₀ˣ exp(−s²) ds. */
  erf(x: Tensor): Tensor;
  /** `x` where every one of the scalars is finite, else `y`; differentiates to zero with respect to the scalars. */
  whereFinite(scalars: readonly Tensor[], x: Tensor, y: Tensor): Tensor;
  /** x·wᵀ, a linear layer: x [B, K], w [H, K] ↦ [B, H]. */
  linear(x: Tensor, w: Tensor): Tensor;
  /** x·y in each entry of the leading axes, which are equal: x [..., M, K], y [..., K, N] ↦ [..., M, N]. */
  matmul(x: Tensor, y: Tensor): Tensor;
  /**
   * Cross-correlation with zeros around the images: x [B, C, H, W], w [O, C, h, w] ↦ [B, O, H', W'],
   * H' = ⌊(H + 2·padding − h)/stride⌋ + 1 and W' likewise.
   */
  conv2d(x: Tensor, w: Tensor, options: Conv2dOptions): Tensor;
  /** e^{x_i}/Σ_j e^{x_j} over the last axis. */
  softmax(x: Tensor): Tensor;
  /** Every pixel as a square of `factor` × `factor`: x [B, C, H, W] ↦ [B, C, factor·H, factor·W]. */
  upsample(x: Tensor, factor: number): Tensor;
  /** Sum over one axis, or over all of them. */
  sum(x: Tensor, axis?: number): Tensor;
  reshape(x: Tensor, shape: Shape): Tensor;
  /** Axis i of the result is axis order[i] of x. */
  transpose(x: Tensor, order: readonly number[]): Tensor;
  /** x repeated along new leading axes and along axes of length 1. */
  broadcastTo(x: Tensor, shape: Shape): Tensor;
  concat(parts: readonly Tensor[], axis: number): Tensor;
  /** Entries [from, to) of one axis. @defaultValue axis 0 */
  slice(x: Tensor, from: number, to: number, axis?: number): Tensor;
}

/** The vocabulary of traced functions: the forward operations and their derivatives. */
export interface Ops extends ForwardOps {
  /** f(x) and ∇f(x) of a scalar function of one tensor, by reverse mode. */
  valueAndGradient(f: (x: Tensor) => Tensor, x: Tensor): readonly [value: Tensor, gradient: Tensor];
  /** f(x) and the directional derivative ∂f(x)·dx, by forward mode. */
  jvp(f: (x: Tensor) => Tensor, x: Tensor, dx: Tensor): readonly [value: Tensor, derivative: Tensor];
}
