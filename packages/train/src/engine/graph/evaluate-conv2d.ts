import type { HostTensor } from "../host-tensor.js";
import { sizeOf } from "../tensor.js";
import type { Window } from "./node.js";

/** Places of the kernel that meet the image: (row, column) of the result, of the kernel and of the image. */
type Visit = (out: number, kernel: number, image: number) => void;

/** Calls `visit` with indices into [·, ·, Ho, Wo], [·, ·, h, w] and [·, ·, H, W] of one pair of planes. */
function overlap(
  [Ho = 0, Wo = 0]: readonly number[],
  [h = 0, w = 0]: readonly number[],
  image: readonly number[],
  at: Window & { visit: Visit },
) {
  const [H = 0, W = 0] = image;
  for (let i = 0; i < Ho; i++) {
    for (let j = 0; j < Wo; j++) {
      for (let p = 0; p < h; p++) {
        for (let q = 0; q < w; q++) {
          const [row, column] = [i * at.stride + p - at.padding, j * at.stride + q - at.padding];
          if (row >= 0 && row < H && column >= 0 && column < W) at.visit(i * Wo + j, p * w + q, row * W + column);
        }
      }
    }
  }
}

/** Σ over the outputs g [B, O, Ho, Wo] that an entry of the image takes part in: the transpose of conv2d in x. */
export function hostConv2dInput(
  g: HostTensor,
  w: HostTensor,
  { size, ...window }: Window & { size: readonly [number, number] },
): HostTensor {
  const [B = 0, O = 0, ...out] = g.shape;
  const [, C = 0, ...kernel] = w.shape;
  const shape = [B, C, ...size];
  const data = new Float64Array(sizeOf(shape));
  const [nOut, nKernel, nImage] = [out, kernel, size].map(sizeOf) as [number, number, number];
  for (let b = 0; b < B; b++) {
    for (let o = 0; o < O; o++) {
      for (let c = 0; c < C; c++) {
        const visit: Visit = (at, k, to) => {
          const i = (b * C + c) * nImage + to;
          data[i] = Number(data[i]) + Number(g.data[(b * O + o) * nOut + at]) * Number(w.data[(o * C + c) * nKernel + k]);
        };
        overlap(out, kernel, size, { ...window, visit });
      }
    }
  }
  return { shape, data };
}

/** Σ over batch and places of the window: the transpose of conv2d in w, of x [B, C, H, W] and g [B, O, Ho, Wo]. */
export function hostConv2dWeight(
  x: HostTensor,
  g: HostTensor,
  { size, ...window }: Window & { size: readonly [number, number] },
): HostTensor {
  const [B = 0, C = 0, ...image] = x.shape;
  const [, O = 0, ...out] = g.shape;
  const shape = [O, C, ...size];
  const data = new Float64Array(sizeOf(shape));
  const [nOut, nKernel, nImage] = [out, size, image].map(sizeOf) as [number, number, number];
  for (let b = 0; b < B; b++) {
    for (let o = 0; o < O; o++) {
      for (let c = 0; c < C; c++) {
        const visit: Visit = (at, k, from) => {
          const i = (o * C + c) * nKernel + k;
          data[i] = Number(data[i]) + Number(g.data[(b * O + o) * nOut + at]) * Number(x.data[(b * C + c) * nImage + from]);
        };
        overlap(out, size, image, { ...window, visit });
      }
    }
  }
  return { shape, data };
}
