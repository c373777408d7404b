import { normalCdf } from "@fluxion/core";
import type { ForwardOps, Tensor } from "../engine/index.js";

/** A nonlinearity φ in two arithmetics, with what its layer needs to know about it. */
export interface ActivationRule {
  /** φ on tensors, written so that neither φ nor its derivative overflows for any finite input. */
  readonly traced: (ops: ForwardOps, x: Tensor) => Tensor;
  /** φ of one number in float64. */
  readonly host: (x: number) => number;
  /** 1/√E[φ(Z)²], Z ∼ N(0, 1): weights of variance gain²/fanIn keep E[h²] from layer to layer. */
  readonly gain: number;
}

/** The nonlinearity of a network's hidden layers. */
export type Activation = "silu" | "selu" | "gelu" | "tanh" | "relu";

const SELU_SCALE = 1.0507009873554805; // with SELU_ALPHA it makes mean 0 and variance 1 a fixed point [Klambauer2017]
const SELU_ALPHA = 1.6732632423543772;

/** exp(−x) overflows float32 below −88; at 80 the sigmoid is 2·10⁻³⁵ and its derivative is already zero. */
const EXPONENT_LIMIT = 80;

/** x/(1 + e^−x). */
const silu: ActivationRule = {
  traced: (ops, x) => ops.div(x, ops.add(1, ops.exp(ops.minimum(ops.mul(x, -1), EXPONENT_LIMIT)))),
  host: (x) => x / (1 + Math.exp(-x)),
  gain: 1.676532470331167,
};

/** λx for x > 0, λα(e^x − 1) below. */
const selu: ActivationRule = {
  traced: (ops, x) => {
    const below = ops.mul(SELU_ALPHA, ops.sub(ops.exp(ops.minimum(x, 0)), 1));
    return ops.mul(SELU_SCALE, ops.add(ops.maximum(x, 0), below));
  },
  host: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  gain: 1,
};

/** x·Φ(x), Φ the normal distribution function: the exact form, not the one with tanh. */
const gelu: ActivationRule = {
  traced: (ops, x) => ops.mul(ops.mul(x, 0.5), ops.add(1, ops.erf(ops.mul(x, Math.SQRT1_2)))),
  host: (x) => x * normalCdf(x),
  gain: 1.5335304411956767,
};

const tanh: ActivationRule = { traced: (ops, x) => ops.tanh(x), host: Math.tanh, gain: 1.5925374197229871 };

/** max(x, 0). */
const relu: ActivationRule = { traced: (ops, x) => ops.maximum(x, 0), host: (x) => Math.max(x, 0), gain: Math.SQRT2 };

/** Every activation by name. */
export const activations: Readonly<Record<Activation, ActivationRule>> = { silu, selu, gelu, tanh, relu };
