import { normalCdf } from "@fluxion/core";
import { hostConv2d, hostMatmul } from "./host-products.js";
import { broadcast, commonShape, type HostTensor, hostTensor, strided, stridesOf } from "./host-tensor.js";
import type { ForwardOps } from "./ops.js";
import { type Operand, type Shape, sizeOf, type Tensor } from "./tensor.js";

/**
 * The forward vocabulary on float64 arrays of the host, one plain loop an operation: slow, and the reference that every engine
 * and every network is held against. Its tensors come from `hostTensor`; other tensors are refused.
 */
export const hostOps: ForwardOps = {
  constant: (values, shape) => hostTensor(values, shape),
  add: (x, y) => zip(x, y, (a, b) => a + b),
  sub: (x, y) => zip(x, y, (a, b) => a - b),
  mul: (x, y) => zip(x, y, (a, b) => a * b),
  div: (x, y) => zip(x, y, (a, b) => a / b),
  minimum: (x, y) => zip(x, y, Math.min),
  maximum: (x, y) => zip(x, y, Math.max),
  exp: (x) => map(x, Math.exp),
  sqrt: (x) => map(x, Math.sqrt),
  sin: (x) => map(x, Math.sin),
  cos: (x) => map(x, Math.cos),
  tanh: (x) => map(x, Math.tanh),
  erf: (x) => map(x, (v) => 2 * normalCdf(v * Math.SQRT2) - 1),
  whereFinite: (scalars, x, y) => (scalars.every((s) => host(s).data.every(Number.isFinite)) ? x : y),
  linear: (x, w) => hostMatmul(host(x), transpose(w, [1, 0])),
  matmul: (x, y) => hostMatmul(host(x), host(y)),
  conv2d: (x, w, options) => hostConv2d(host(x), host(w), options),
  softmax,
  upsample,
  sum: (x, axis) => {
    if (axis === undefined) return hostTensor([host(x).data.reduce((sum, v) => sum + v, 0)], []);
    return reduce(host(x), axis);
  },
  reshape: (x, shape) => hostTensor(host(x).data, shape),
  transpose,
  broadcastTo: (x, shape) => broadcast(host(x), shape),
  concat: (parts, axis) => concat(parts.map(host), axis),
  slice: (x, from, to, axis = 0) => {
    const strides = stridesOf(x.shape);
    return strided(host(x), withLength(x.shape, axis, to - from), { start: from * Number(strides[axis]), strides });
  },
};

function host(x: Tensor): HostTensor {
  if ((x as Partial<HostTensor>).data instanceof Float64Array) return x as HostTensor;
  throw new TypeError("Cannot compute on the host: a tensor has no numbers; expected one from hostTensor or hostOps");
}

function map(x: Tensor, f: (v: number) => number): HostTensor {
  return { shape: x.shape, data: host(x).data.map(f) };
}

function zip(x: Operand, y: Operand, f: (a: number, b: number) => number): HostTensor {
  const [p, q] = [x, y].map((v) => (typeof v === "number" ? hostTensor([v], []) : host(v))) as [HostTensor, HostTensor];
  const shape = commonShape(p.shape, q.shape);
  const [a, b] = [broadcast(p, shape).data, broadcast(q, shape).data];
  return { shape, data: a.map((v, i) => f(v, Number(b[i]))) };
}

const withLength = (shape: Shape, axis: number, length: number): Shape => shape.map((n, i) => (i === axis ? length : n));

function transpose(x: Tensor, order: readonly number[]): HostTensor {
  const strides = stridesOf(x.shape);
  const shape = order.map((axis) => Number(x.shape[axis]));
  return strided(host(x), shape, { start: 0, strides: order.map((axis) => Number(strides[axis])) });
}

/** Sum over one axis: entries that differ in it alone are `inner` apart. */
function reduce({ shape, data }: HostTensor, axis: number): HostTensor {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = Number(shape[axis]);
  const out = new Float64Array(sizeOf(shape) / length);
  for (let i = 0; i < out.length; i++) {
    const first = Math.floor(i / inner) * inner * length + (i % inner);
    for (let k = 0; k < length; k++) out[i] = Number(out[i]) + Number(data[first + k * inner]);
  }
  return { shape: shape.filter((_, i) => i !== axis), data: out };
}

function concat(parts: readonly HostTensor[], axis: number): HostTensor {
  const [first] = parts;
  const lengths = parts.map(({ shape }) => sizeOf(shape.slice(axis))); // numbers of a part between two steps of the axes before
  const outer = sizeOf(first?.shape.slice(0, axis) ?? []);
  const total = parts.reduce((sum, { shape }) => sum + Number(shape[axis]), 0);
  const data = new Float64Array(outer * lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const [i, part] of parts.entries()) {
      const length = Number(lengths[i]);
      data.set(part.data.subarray(o * length, (o + 1) * length), at);
      at += length;
    }
  }
  return { shape: withLength(first?.shape ?? [], axis, total), data };
}

function softmax(x: Tensor): HostTensor {
  const { shape, data } = host(x);
  const length = Number(shape.at(-1));
  const out = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += length) {
    const row = data.subarray(from, from + length);
    const largest = row.reduce((most, v) => Math.max(most, v), -Infinity);
    const weights = row.map((v) => Math.exp(v - largest));
    const total = weights.reduce((sum, v) => sum + v, 0);
    out.set(
      weights.map((v) => v / total),
      from,
    );
  }
  return { shape, data: out };
}

function upsample(x: Tensor, factor: number): HostTensor {
  const [B = 0, C = 0, H = 0, W = 0] = x.shape;
  const squares = broadcast(hostTensor(host(x).data, [B, C, H, 1, W, 1]), [B, C, H, factor, W, factor]);
  return hostTensor(squares.data, [B, C, factor * H, factor * W]);
}
