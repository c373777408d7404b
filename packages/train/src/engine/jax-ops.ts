import type { Device, Array as JaxArray } from "@jax-js/jax";
import type { Ops } from "./ops.js";
import type { Operand, Tensor } from "./tensor.js";

/** The module of jax-js, loaded when an engine starts. */
export type Jax = typeof import("@jax-js/jax");

/** The jax-js array behind a tensor, with one more reference: jax-js consumes every argument that it is given. */
export const take = (x: Tensor): JaxArray => (x as JaxArray).ref;

const takeOperand = (x: Operand): JaxArray | number => (typeof x === "number" ? x : take(x));

/**
 * The vocabulary on jax-js arrays, for use while `jit` traces. Every operation takes a reference of its own and none is
 * given back: tracers own no memory, so counting them would only burden the callers.
 * Products are padded with zeros to multiples of 4 columns: jax-js has no SIMD kernel for the gradient of other widths,
 * and is 15 times slower there (81 columns of 256: 27 ms against 1.8 ms).
 */
export function jaxOps({ numpy: np, lax, nn, valueAndGrad, jvp }: Jax, device: Device): Ops {
  const areFinite = (scalars: readonly Tensor[]): JaxArray =>
    scalars.map((s) => np.isfinite(take(s))).reduce((all, one) => np.logicalAnd(all, one));
  const body = (f: (x: Tensor) => Tensor) => (x: JaxArray) => f(x) as JaxArray;
  // Not `np.pad`: jax-js would read the padding through a mask inside the product, off its fast path.
  const padded = (x: Tensor, axis: 0 | 1): JaxArray => {
    const missing = -(x.shape[axis] ?? 0) & 3;
    if (missing === 0) return take(x);
    const zeros = np.zeros(
      x.shape.map((length, i) => (i === axis ? missing : length)),
      { device },
    );
    return np.concatenate([take(x), zeros], axis);
  };
  // An input that one kernel alone reads is not computed ahead: jax-js masks what it is made of instead of itself, and where
  // that divides by a masked zero, NaN replaces the padding. A second kernel of zeros makes it compute the input.
  const conv2d: Ops["conv2d"] = (x, w, { stride, padding: p }) => {
    const alone = w.shape[0] === 1;
    const kernels = alone ? np.concatenate([take(w), np.zeros([...w.shape], { device })], 0) : take(w);
    const images = lax.conv(
      take(x),
      kernels,
      [stride, stride],
      [
        [p, p],
        [p, p],
      ],
    );
    return alone ? images.slice([], [0, 1]) : images;
  };
  const linear: Ops["linear"] = (x, w) => {
    const H = w.shape[0] ?? 0;
    const product = np.matmul(padded(x, 1), np.transpose(padded(padded(w, 1), 0)));
    return H % 4 === 0 ? product : product.slice([], [0, H]);
  };
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
