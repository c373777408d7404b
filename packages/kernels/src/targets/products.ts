import { blockedDotProductFactor, type Points } from "@fluxion/core";

/** Weighted sums of the rows of one matrix. */
export interface RowSums {
  /** f with ‖out − Σ w_n b_n‖ ≤ f·Σ w_n‖b_n‖ for weights in [e⁻⁸⁰, 1] or 0. */
  readonly factor: number;
  /** Σ w_n b_n for every row of weights, [M, N], into `out` [M, D]. */
  add(weights: Float64Array, out: Points): void | Promise<void>;
}

/** Dot products with the rows of one matrix, bound once. */
export interface RowProducts {
  /** Who multiplies, as it appears in certificates. */
  readonly name: string;
  /** c with |out − a·b| ≤ c·‖a‖‖b‖ for every two rows: rounding of the operands and of the arithmetic. */
  readonly factor: number;
  /** out = a·bᵀ: all dot products of the rows of a, [M, D], with the bound rows, into `out` [M, N]. */
  multiply(a: Points, out: Float64Array): void | Promise<void>;
  /** Sums that are faster than those in float64, where a rough answer does; early on the path they are most of the work. */
  readonly sums?: RowSums;
  /** Frees what was bound. */
  close(): void | Promise<void>;
}

/** The seam of target oracles: a matrix product in any precision, whose error the certificates account for. */
export type Products = (b: Points) => RowProducts | Promise<RowProducts>;

/** Products in float64 on the calling thread, every sum in order of its coordinates. */
export const float64Products: Products = (b) => ({
  name: "float64",
  factor: blockedDotProductFactor(b.dim, b.dim),
  multiply: (a, out) => multiplyRows(a, b, out),
  close() {},
});

/**
 * Four rows of a by two of b at a time: eight sums that do not wait for each other. The rows of b, which are many, pass once.
 */
function multiplyRows(a: Points, b: Points, out: Float64Array): void {
  const { size: M } = a;
  const { size: N } = b;
  for (let n = 0; n < N; n += 2) {
    const fours = n + 1 < N ? M - (M % 4) : 0;
    for (let i = 0; i < fours; i += 4) multiplyBlock(a, b, out, { i, n });
    for (let i = fours; i < M; i++) {
      for (let k = n; k < Math.min(n + 2, N); k++) out[i * N + k] = dot(a, b, i, k);
    }
  }
}

function dot({ data: a, dim: D }: Points, { data: b }: Points, i: number, n: number): number {
  let sum = 0;
  for (let d = 0; d < D; d++) sum += (a[i * D + d] as number) * (b[n * D + d] as number);
  return sum;
}

/** Rows i, …, i + 3 by rows n and n + 1. */
function multiplyBlock(
  { data: a, dim: D }: Points,
  { data: b, size: N }: Points,
  out: Float64Array,
  { i, n }: { readonly i: number; readonly n: number },
): void {
  const [a0, b0] = [i * D, n * D];
  const [a1, a2, a3, b1] = [a0 + D, a0 + 2 * D, a0 + 3 * D, b0 + D];
  let [p0, p1, p2, p3, q0, q1, q2, q3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let d = 0; d < D; d++) {
    const p = b[b0 + d] as number;
    const q = b[b1 + d] as number;
    const r0 = a[a0 + d] as number;
    const r1 = a[a1 + d] as number;
    const r2 = a[a2 + d] as number;
    const r3 = a[a3 + d] as number;
    p0 += r0 * p;
    p1 += r1 * p;
    p2 += r2 * p;
    p3 += r3 * p;
    q0 += r0 * q;
    q1 += r1 * q;
    q2 += r2 * q;
    q3 += r3 * q;
  }
  const at = i * N + n;
  out[at] = p0;
  out[at + 1] = q0;
  out[at + N] = p1;
  out[at + N + 1] = q1;
  out[at + 2 * N] = p2;
  out[at + 2 * N + 1] = q2;
  out[at + 3 * N] = p3;
  out[at + 3 * N + 1] = q3;
}
