/**
 * In what order a library adds, found out by asking it. Numerical libraries do not say, and the bound for any order grows with
 * the number of terms, while the true order is blocked.
 *
 * A sum of n terms is a binary tree of additions. Let term p be M, term j be −M and all others 1, with M so large that ones
 * vanish beside it. What joins M or −M before they meet is lost, so the result counts the terms outside of the smallest subtree
 * that holds both. The sizes of these subtrees over all j are those of the ancestors of p, which nest: as many distinct ones
 * as p meets additions. [Xie2025]
 *
 * Assumed: that the order does not depend on the values, nor on how many rows are multiplied at the same time, beyond one.
 */
import type { Kernel, KernelArray } from "./onnxruntime.js";
import { RUN } from "./scan-graph.js";
import { rowsFor } from "./workspace.js";

/** Absorbs 2³⁵ ones in float32, and its square is finite. */
const HUGE = 2 ** 60;

/** Rows that are asked at once. */
const ROWS = 256;

/**
 * Most roundings that a product of `dim` coordinates, or the bias, meets on its way into a logit of the float32 graph over
 * chunks of `atoms`: additions as probed, one for the product itself, and one for where the bias may join.
 */
export async function probeLogitDepth(kernel: Kernel, dim: number, atoms: number): Promise<number> {
  const worst = dim + 1;
  let most = 0;
  const q = new Float32Array(ROWS * dim);
  const buffers = { logits: new Float32Array(ROWS * atoms), peaks: new Float32Array((ROWS * atoms) / RUN) };
  for (let first = 0; first < dim; first += ROWS) {
    const rows = Math.min(ROWS, dim - first);
    q.fill(1);
    for (let r = 0; r < rows; r++) q[r * dim + first + r] = HUGE;
    const sizes = await subtreeSizes(kernel, { q, bias: 1, dim, atoms, buffers }, rows);
    for (const [r, of] of sizes.entries()) {
      of.delete(first + r);
      most = Math.max(most, depthOf([...of.values()], dim + 1) ?? worst);
    }
  }
  q.fill(1);
  const [ofBias] = await subtreeSizes(kernel, { q, bias: HUGE, dim, atoms, buffers }, 1);
  most = Math.max(most, depthOf([...(ofBias?.values() ?? [])], dim + 1) ?? worst);
  return Math.min(worst, most + 2);
}

/** A question: rows of q against rows of y that are −M in one coordinate each. */
interface Question {
  readonly q: KernelArray;
  readonly bias: number;
  readonly dim: number;
  readonly atoms: number;
  readonly buffers: { readonly logits: Float32Array; readonly peaks: Float32Array };
}

/** For each row, the size of the smallest subtree that holds its M and coordinate j, by j. */
async function subtreeSizes(
  kernel: Kernel,
  { q, bias, dim, atoms, buffers }: Question,
  rows: number,
): Promise<Map<number, number>[]> {
  const out = Array.from({ length: rows }, () => new Map<number, number>());
  const count = rowsFor(rows);
  const y = new Float32Array(atoms * dim);
  for (let from = 0; from < dim; from += atoms) {
    const columns = Math.min(atoms, dim - from);
    y.fill(1);
    for (let k = 0; k < columns; k++) y[k * dim + from + k] = -HUGE;
    await kernel.run(
      {
        q: { data: q.subarray(0, count * dim), shape: [count, dim] },
        y: { data: y, shape: [atoms, dim] },
        bias: { data: new Float32Array(atoms).fill(bias), shape: [atoms] },
      },
      {
        logits: { data: buffers.logits.subarray(0, count * atoms), shape: [count, atoms] },
        peaks: { data: buffers.peaks.subarray(0, (count * atoms) / RUN), shape: [count, atoms / RUN] },
      },
    );
    for (const [r, sizes] of out.entries()) {
      for (let k = 0; k < columns; k++) sizes.set(from + k, dim + 1 - (buffers.logits[r * atoms + k] ?? Number.NaN));
    }
  }
  return out;
}

/** The number of distinct sizes of subtrees of n terms; undefined where they are no such sizes. */
function depthOf(sizes: readonly number[], n: number): number | undefined {
  return sizes.every((size) => Number.isInteger(size) && size >= 2 && size <= n) ? new Set(sizes).size : undefined;
}
