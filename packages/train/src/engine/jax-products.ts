import type { Device, Array as JaxArray } from "@jax-js/jax";
import { type Jax, take } from "./jax.js";
import type { Ops } from "./ops.js";

/**
 * Linear layers and convolutions by the one product for which jax-js has a SIMD kernel in both directions: of matrices whose
 * widths are multiples of 4. Zeros fill up other widths; without them the gradient is 15 times slower (81 columns of 256: 27 ms
 * against 1.8 ms).
 */
export function jaxProducts(np: Jax["numpy"], device: Device): Pick<Ops, "linear" | "conv2d"> {
  // Not `np.pad`: jax-js would read the padding through a mask inside the product, off its fast path; and it would mask what x is
  // made of in place of x, which gives NaN where that divides by a masked zero.
  const framed = (x: JaxArray, axis: number, before: number, after: number): JaxArray => {
    const zeros = (length: number): JaxArray[] => {
      const shape = x.shape.map((own, i) => (i === axis ? length : own));
      return length > 0 ? [np.zeros(shape, { device })] : [];
    };
    const parts = [...zeros(before), x, ...zeros(after)];
    return parts.length === 1 ? x : np.concatenate(parts, axis);
  };
  const filled = (x: JaxArray, axis: number): JaxArray => framed(x, axis, 0, -(x.shape[axis] ?? 0) & 3);
  const product = (x: JaxArray, w: JaxArray): JaxArray => {
    const H = w.shape[0] ?? 0;
    const wide = np.matmul(filled(x, 1), np.transpose(filled(filled(w, 1), 0)));
    return H % 4 === 0 ? wide : wide.slice([], [0, H]);
  };
  /** Each output pixel as the row of the pixels that the kernel sees there, [B·H'·W', h·w·C]. */
  const patchesOf = (images: JaxArray, [h, w]: readonly [number, number], { s, rows, columns }: Grid): JaxArray => {
    const [B = 0, , , C = 0] = images.shape;
    const patches: JaxArray[] = [];
    for (let p = 0; p < h; p++) {
      for (let q = 0; q < w; q++) {
        const seen = images.ref.slice([], [p, p + rows * s], [q, q + columns * s]);
        patches.push(s === 1 ? seen : seen.reshape([B, rows, s, columns, s, C]).slice([], [], 0, [], 0));
      }
    }
    return np.concatenate(patches, 3).reshape([B * rows * columns, h * w * C]);
  };
  const conv2d: Ops["conv2d"] = (x, kernel, { stride: s, padding }) => {
    const [B = 0, , H = 0, W = 0] = x.shape;
    const [O = 0, C = 0, h = 0, w = 0] = kernel.shape;
    const rows = Math.floor((H + 2 * padding - h) / s) + 1;
    const columns = Math.floor((W + 2 * padding - w) / s) + 1;
    // A kernel offset reads `s` times the output along both axes, and uses the first of every `s` entries.
    const after = (side: number, count: number, own: number): number => Math.max(0, count * s + own - 1 - side - padding);
    const tall = framed(np.transpose(take(x), [0, 2, 3, 1]), 1, padding, after(H, rows, h)); // [B, H, W, C]
    const images = framed(tall, 2, padding, after(W, columns, w));
    const patches = patchesOf(images, [h, w], { s, rows, columns });
    const kernels = np.transpose(take(kernel), [0, 2, 3, 1]).reshape([O, h * w * C]);
    return np.transpose(product(patches, kernels).reshape([B, rows, columns, O]), [0, 3, 1, 2]);
  };
  return { linear: (x, w) => product(take(x), take(w)), conv2d };
}

/** Output pixels of a convolution, and how far apart it looks. */
interface Grid {
  readonly s: number;
  readonly rows: number;
  readonly columns: number;
}
