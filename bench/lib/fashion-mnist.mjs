import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Where Debian's `dataset-fashion-mnist` puts its files. */
export const FASHION_MNIST = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";

/** The 60,000 training images as v/127.5 − 1, [N, 784] row-major; undefined where the data set is not installed. */
export function fashionMnist() {
  if (!existsSync(FASHION_MNIST)) return undefined;
  const pixels = gunzipSync(readFileSync(FASHION_MNIST)).subarray(16);
  return { data: Float32Array.from(pixels, (v) => v / 127.5 - 1), size: pixels.length / 784, dim: 784 };
}
