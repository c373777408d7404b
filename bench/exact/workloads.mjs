import { normal, rngOf, uniform } from "@fluxion/core";
import { fashionMnist } from "../lib/fashion-mnist.mjs";

/**
 * Data z [N, D], and the name that they have on disk: equal names are equal data.
 * @typedef {{ z: Float32Array, N: number, D: number, data: string }} Data
 * One evaluation of the posterior mean: data, and queries x = αz + βε [B, D] on the path.
 * @typedef {Data & { name: string, title: string, x: Float32Array, B: number, t: number }} FieldWorkload
 * One of several that differ in one number.
 * @typedef {FieldWorkload & { axis: Axis, value: number }} SweepWorkload
 * @typedef {"N" | "D" | "B" | "t"} Axis
 */

/** Queries on the path α = t, β = 1 − t: B points of the data, each with its noise. @param {Data} data @param {number} B @param {number} t */
function onPath({ z, N, D }, B, t) {
  const noise = normal(rngOf(7), new Float64Array(B * D));
  const which = uniform(rngOf(8), new Float64Array(B));
  const x = new Float32Array(B * D);
  for (let b = 0; b < B; b++) {
    const from = Math.floor(which[b] * N) * D;
    for (let d = 0; d < D; d++) x[b * D + d] = t * z[from + d] + (1 - t) * noise[b * D + d];
  }
  return x;
}

/** Normal data of N points in D dimensions. @param {number} N @param {number} D @returns {Data} */
const normalData = (N, D) => ({
  z: Float32Array.from(normal(rngOf(3), new Float64Array(N * D))),
  N,
  D,
  data: `data-normal-${N}x${D}`,
});

/** @param {string} name @param {string} title @param {Data} data @param {{ B: number, t: number }} at @returns {FieldWorkload} */
const workload = (name, title, data, { B, t }) => ({ name, title, ...data, B, t, x: onPath(data, B, t) });

/**
 * The workloads of the comparison with PyTorch, by the name that `--only` takes. Fashion-MNIST is left out where it is not
 * installed.
 * @returns {FieldWorkload[]}
 */
export function comparisons() {
  const images = fashionMnist();
  const found = [];
  if (images !== undefined) {
    const data = { z: images.data, N: images.size, D: images.dim, data: "data-images" };
    for (const t of [0.05, 0.2, 0.3, 0.5, 0.9]) {
      const title = `Fashion-MNIST, B = 256, N = 60,000, D = 784, t = ${t}`;
      found.push(workload(`images-${t}`, title, data, { B: 256, t }));
    }
  }
  const plane = normalData(10_000, 2);
  for (const t of [0.3, 0.7]) {
    const title = `normal points, B = 4,096, N = 10,000, D = 2, t = ${t}`;
    found.push(workload(`plane-${t}`, title, plane, { B: 4096, t }));
  }
  return found;
}

/** The workload on which promises are swept. */
export const errorWorkload = () =>
  workload("errors", "normal points, B = 64, N = 16,384, D = 64, t = 0.5", normalData(16_384, 64), { B: 64, t: 0.5 });

/**
 * How cost grows with each of N, D, B and t: one at a time around N = 16,384, D = 64, B = 64, t = 0.3.
 * @returns {SweepWorkload[]}
 */
export function sweeps() {
  /** @param {Axis} axis @param {readonly number[]} values */
  const along = (axis, values) =>
    values.map((value) => {
      /** @type {Record<Axis, number>} */
      const at = { N: 16_384, D: 64, B: 64, t: 0.3 };
      at[axis] = value;
      const { N, D, B, t } = at;
      return { axis, value, ...workload(`${axis}-${value}`, `${axis} = ${value}`, normalData(N, D), { B, t }) };
    });
  return [
    ...along("N", [1024, 4096, 16_384, 65_536, 262_144]),
    ...along("D", [2, 8, 32, 128, 512]),
    ...along("B", [1, 4, 16, 64, 256]),
    ...along("t", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]),
  ];
}
