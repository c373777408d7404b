import { normal, rngOf, uniform } from "@fluxion/core";
import { fashionMnist } from "../lib/fashion-mnist.mjs";

/**
 * One evaluation of the posterior mean: data z [N, D], queries x = αz + βε [B, D] on the path.
 * @typedef {{ name: string, title: string, z: Float32Array, x: Float32Array, B: number, N: number, D: number, t: number }} FieldWorkload
 */

/** Queries on the path α = t, β = 1 − t: B points of the data, each with its noise. */
function onPath({ z, N, D, B, t, seed = 7 }) {
  const rng = rngOf(seed);
  const noise = normal(rng, new Float64Array(B * D));
  const which = uniform(rngOf(seed + 1), new Float64Array(B));
  const x = new Float32Array(B * D);
  for (let b = 0; b < B; b++) {
    const from = Math.floor(which[b] * N) * D;
    for (let d = 0; d < D; d++) x[b * D + d] = t * z[from + d] + (1 - t) * noise[b * D + d];
  }
  return x;
}

/** Normal data of N points in D dimensions. */
const normalData = (N, D, seed = 3) => Float32Array.from(normal(rngOf(seed), new Float64Array(N * D)));

/** @returns {FieldWorkload} */
function workload(name, title, { z, N, D }, B, t) {
  return { name, title, z, N, D, B, t, x: onPath({ z, N, D, B, t }) };
}

/**
 * The workloads of the comparison with PyTorch, by the name that `--only` takes. Fashion-MNIST is left out where it is not
 * installed.
 * @returns {FieldWorkload[]}
 */
export function comparisons() {
  const images = fashionMnist();
  const found = [];
  if (images !== undefined) {
    const data = { z: images.data, N: images.size, D: images.dim };
    for (const t of [0.05, 0.2, 0.3, 0.5, 0.9]) {
      found.push(workload(`images-${t}`, `Fashion-MNIST, B = 256, N = 60,000, D = 784, t = ${t}`, data, 256, t));
    }
  }
  const plane = { z: normalData(10_000, 2), N: 10_000, D: 2 };
  found.push(workload("plane-0.3", "normal points, B = 4,096, N = 10,000, D = 2, t = 0.3", plane, 4096, 0.3));
  found.push(workload("plane-0.7", "normal points, B = 4,096, N = 10,000, D = 2, t = 0.7", plane, 4096, 0.7));
  return found;
}

/** How cost grows with each of N, D and B, and with t: one variable at a time around N = 16,384, D = 64, B = 64, t = 0.3. */
export function sweeps() {
  const base = { N: 16_384, D: 64, B: 64, t: 0.3 };
  const at = (axis, values) =>
    values.map((value) => {
      const { N, D, B, t } = { ...base, [axis]: value };
      return { axis, value, ...workload(`${axis}-${value}`, `${axis} = ${value}`, { z: normalData(N, D), N, D }, B, t) };
    });
  return [
    ...at("N", [1024, 4096, 16_384, 65_536, 262_144]),
    ...at("D", [2, 8, 32, 128, 512]),
    ...at("B", [1, 4, 16, 64, 256]),
    ...at("t", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]),
  ];
}
