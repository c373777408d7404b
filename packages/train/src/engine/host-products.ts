import type { HostTensor } from "./host-tensor.js";
import type { Conv2dOptions } from "./ops.js";
import { sizeOf } from "./tensor.js";

/** x·y for every entry of the leading axes: x [..., M, K], y [..., K, N]. */
export function hostMatmul(x: HostTensor, y: HostTensor): HostTensor {
  const lead = x.shape.slice(0, -2);
  const [M = 0, K = 0] = x.shape.slice(-2);
  const [L = 0, N = 0] = y.shape.slice(-2);
  if (K !== L || lead.length !== y.shape.length - 2 || lead.some((length, axis) => length !== y.shape[axis])) {
    throw new RangeError(`Cannot multiply [${x.shape.join(", ")}] by [${y.shape.join(", ")}]: inner or leading axes differ`);
  }
  const data = new Float64Array(sizeOf(lead) * M * N);
  for (let row = 0; row < sizeOf(lead) * M; row++) {
    const block = Math.floor(row / M) * K * N;
    for (let k = 0; k < K; k++) {
      const factor = Number(x.data[row * K + k]);
      for (let n = 0; n < N; n++) {
        data[row * N + n] = Number(data[row * N + n]) + factor * Number(y.data[block + k * N + n]);
      }
    }
  }
  return { shape: [...lead, M, N], data };
}

/** Cross-correlation with zeros around the images: the sum over channels and places of the kernel, term by term. */
export function hostConv2d(x: HostTensor, w: HostTensor, { stride, padding }: Conv2dOptions): HostTensor {
  const [B = 0, C = 0, H = 0, W = 0] = x.shape;
  const [O = 0, I = 0, h = 0, v = 0] = w.shape;
  if (I !== C) throw new RangeError(`Cannot convolve [${x.shape.join(", ")}] with [${w.shape.join(", ")}]: channels differ`);
  const [rows, columns] = [H, W].map((length, i) => Math.floor((length + 2 * padding - (i === 0 ? h : v)) / stride) + 1);
  const shape = [B, O, rows ?? 0, columns ?? 0];
  const data = new Float64Array(sizeOf(shape));
  let at = 0;
  for (let b = 0; b < B; b++) {
    for (let o = 0; o < O; o++) {
      for (let i = -padding; i <= H + padding - h; i += stride) {
        for (let j = -padding; j <= W + padding - v; j += stride) {
          let sum = 0;
          for (let c = 0; c < C; c++) {
            for (let p = Math.max(0, -i); p < Math.min(h, H - i); p++) {
              const [image, kernel] = [((b * C + c) * H + i + p) * W + j, ((o * C + c) * h + p) * v];
              for (let q = Math.max(0, -j); q < Math.min(v, W - j); q++) {
                sum += Number(x.data[image + q]) * Number(w.data[kernel + q]);
              }
            }
          }
          data[at++] = sum;
        }
      }
    }
  }
  return { shape, data };
}
