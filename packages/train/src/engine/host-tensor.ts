import { type Shape, sizeOf, type Tensor } from "./tensor.js";

/** A tensor whose numbers exist: float64, row-major, on the host. */
export interface HostTensor extends Tensor {
  readonly data: Float64Array;
}

/** Numbers as a tensor; a `Float64Array` is viewed, anything else is copied. @throws RangeError unless they fill `shape`. */
export function hostTensor(data: ArrayLike<number>, shape: Shape): HostTensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `Cannot make a tensor: there are ${data.length} numbers; expected ${sizeOf(shape)} for shape [${shape.join(", ")}]`,
    );
  }
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** Steps from one entry to the next along every axis of a row-major array. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = Number(strides[axis + 1]) * Number(shape[axis + 1]);
  return strides;
}

/** Where a view begins in the numbers of a tensor, and its step along every axis of its shape. */
export interface Steps {
  readonly start: number;
  readonly strides: readonly number[];
}

/** out[i] = data[start + Σ_a i_a·strides_a]: every rearrangement of entries is one of these. */
export function strided({ data }: HostTensor, shape: Shape, { start, strides }: Steps): HostTensor {
  const out = new Float64Array(sizeOf(shape));
  const index = shape.map(() => 0);
  let at = start;
  for (let i = 0; i < out.length; i++) {
    out[i] = Number(data[at]);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = Number(index[axis]) + 1;
      at += Number(strides[axis]);
      if (next < Number(shape[axis])) {
        index[axis] = next;
        break;
      }
      at -= next * Number(strides[axis]);
      index[axis] = 0;
    }
  }
  return { shape, data: out };
}

/** The shape of an elementwise operation on two: axes align from the last. @throws RangeError where lengths disagree. */
export function commonShape(x: Shape, y: Shape): Shape {
  const rank = Math.max(x.length, y.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [a, b] = [x[axis - rank + x.length] ?? 1, y[axis - rank + y.length] ?? 1];
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    throw new RangeError(`Cannot combine shapes [${x.join(", ")}] and [${y.join(", ")}]: axis ${axis} has ${a} and ${b} entries`);
  });
}

/** x repeated to a shape. @throws RangeError where a length is neither equal nor 1. */
export function broadcast(x: HostTensor, shape: Shape): HostTensor {
  const missing = shape.length - x.shape.length;
  const fits = missing >= 0 && x.shape.every((length, axis) => length === 1 || length === shape[axis + missing]);
  if (!fits) throw new RangeError(`Cannot broadcast [${x.shape.join(", ")}] to [${shape.join(", ")}]: the lengths differ`);
  if (missing === 0 && x.shape.every((length, axis) => length === shape[axis])) return x;
  const own = stridesOf(x.shape);
  const strides = shape.map((_, axis) => ((x.shape[axis - missing] ?? 1) === 1 ? 0 : Number(own[axis - missing])));
  return strided(x, shape, { start: 0, strides });
}
