import type { Device, Array as JaxArray } from "@jax-js/jax";
import { type Jax, take } from "./jax.js";
import { jaxProducts } from "./jax-products.js";
import type { Ops } from "./ops.js";
import type { Operand, Tensor } from "./tensor.js";

const takeOperand = (x: Operand): JaxArray | number => (typeof x === "number" ? x : take(x));

/**
 * The vocabulary on jax-js arrays, for use while `jit` traces. Every operation takes a reference of its own and none is
 * given back: tracers own no memory, so counting them would only burden the callers.
 */
export function jaxOps({ numpy: np, lax, nn, valueAndGrad, jvp }: Jax, device: Device): Ops {
  const areFinite = (scalars: readonly Tensor[]): JaxArray =>
    scalars.map((s) => np.isfinite(take(s))).reduce((all, one) => np.logicalAnd(all, one));
  const body = (f: (x: Tensor) => Tensor) => (x: JaxArray) => f(x) as JaxArray;
  const { linear, conv2d } = jaxProducts(np, device);
  const upsample: Ops["upsample"] = (x, f) => {
    const [B = 0, C = 0, H = 0, W = 0] = x.shape;
    const squares = np.broadcastTo(np.reshape(take(x), [B, C, H, 1, W, 1]), [B, C, H, f, W, f]);
    return np.reshape(squares, [B, C, f * H, f * W]);
  };
  return {
    constant: (values, shape) => np.array(Float32Array.from(values), { device }).reshape([...shape]),
    add: (x, y) => np.add(takeOperand(x), takeOperand(y)),
    sub: (x, y) => np.subtract(takeOperand(x), takeOperand(y)),
    mul: (x, y) => np.multiply(takeOperand(x), takeOperand(y)),
    div: (x, y) => np.trueDivide(takeOperand(x), takeOperand(y)),
    minimum: (x, y) => np.minimum(takeOperand(x), takeOperand(y)),
    maximum: (x, y) => np.maximum(takeOperand(x), takeOperand(y)),
    exp: (x) => np.exp(take(x)),
    sqrt: (x) => np.sqrt(take(x)),
    sin: (x) => np.sin(take(x)),
    cos: (x) => np.cos(take(x)),
    tanh: (x) => np.tanh(take(x)),
    erf: (x) => lax.erf(take(x)),
    whereFinite: (scalars, x, y) => np.where(areFinite(scalars), take(x), take(y)),
    linear,
    matmul: (x, y) => np.matmul(take(x), take(y)),
    conv2d,
    softmax: (x) => nn.softmax(take(x), -1),
    upsample,
    sum: (x, axis) => np.sum(take(x), axis ?? null),
    transpose: (x, order) => np.transpose(take(x), [...order]),
    broadcastTo: (x, shape) => np.broadcastTo(take(x), [...shape]),
    reshape: (x, shape) => np.reshape(take(x), [...shape]),
    concat: (parts, axis) => np.concatenate(parts.map(take), axis),
    slice: (x, from, to, axis = 0) => take(x).slice(...Array<[]>(axis).fill([]), [from, to]),
    valueAndGradient: (f, x) => valueAndGrad(body(f))(take(x)),
    jvp: (f, x, dx) => jvp(body(f), [take(x)], [take(dx)]),
  };
}
