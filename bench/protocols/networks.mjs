import { customNetwork } from "@fluxion/train";

/** @typedef {import("@fluxion/train").ForwardOps} ForwardOps */
/** @typedef {import("@fluxion/train").Tensor} Tensor */

/** An affine layer that starts as in PyTorch: weights and biases uniform on ±1/√fanIn. @param {number} fanIn @param {number} fanOut */
function linear(fanIn, fanOut) {
  const spread = 1 / Math.sqrt(fanIn);
  return { weight: { shape: [fanOut, fanIn], spread }, bias: { shape: [fanOut], spread } };
}

/** @param {Record<string, ReturnType<typeof linear>>} layers */
const arraysOf = (layers) =>
  Object.fromEntries(
    Object.entries(layers).flatMap(([name, { weight, bias }]) => [
      [`${name}.weight`, weight],
      [`${name}.bias`, bias],
    ]),
  );

/** The map of a layer. @param {ForwardOps} ops @param {Record<string, Tensor>} p @param {string} name @param {Tensor} x */
const through = (ops, p, name, x) => ops.add(ops.linear(x, p[`${name}.weight`]), p[`${name}.bias`]);

const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

/** torchcfm's perceptron on [x, t]: three hidden layers of 64, SELU, with PyTorch's initial values. */
export function torchcfmNetwork() {
  const layers = { 0: linear(3, 64), 1: linear(64, 64), 2: linear(64, 64), 3: linear(64, 2) };
  return customNetwork({
    name: "torchcfm MLP",
    dim: 2,
    parameters: arraysOf(layers),
    apply(ops, p, { t, x }) {
      let h = ops.concat([x, ops.reshape(t, [x.shape[0], 1])], 1);
      for (const name of ["0", "1", "2"]) h = selu(ops, through(ops, p, name, h));
      return through(ops, p, "3", h);
    },
  });
}

/** @param {ForwardOps} ops @param {Tensor} x */
function selu(ops, x) {
  const below = ops.mul(SELU.alpha, ops.sub(ops.exp(ops.minimum(x, 0)), 1));
  return ops.mul(SELU.scale, ops.add(ops.maximum(x, 0), below));
}

/** @param {ForwardOps} ops @param {Tensor} x */
const gelu = (ops, x) => ops.mul(ops.mul(x, 0.5), ops.add(1, ops.erf(ops.mul(x, Math.SQRT1_2))));

/**
 * The residual perceptron of C²OT's moons.py with PyTorch's initial values: x and t each through an
 * affine map to 128 numbers, summed; three times h ← h + W″ gelu(W′h); an affine map to the plane.
 */
export function c2otNetwork() {
  const width = 128;
  const blocks = [0, 1, 2];
  const layers = {
    in: linear(2, width),
    time: linear(1, width),
    ...Object.fromEntries(
      blocks.flatMap((i) => [
        [`${i}.0`, linear(width, 4 * width)],
        [`${i}.1`, linear(4 * width, width)],
      ]),
    ),
    out: linear(width, 2),
  };
  return customNetwork({
    name: "C²OT SimpleNet",
    dim: 2,
    parameters: arraysOf(layers),
    apply(ops, p, { t, x }) {
      let h = ops.add(through(ops, p, "in", x), through(ops, p, "time", ops.reshape(t, [x.shape[0], 1])));
      for (const i of blocks) h = ops.add(h, through(ops, p, `${i}.1`, gelu(ops, through(ops, p, `${i}.0`, h))));
      return through(ops, p, "out", h);
    },
  });
}
