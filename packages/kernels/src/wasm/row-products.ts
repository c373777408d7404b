import type { WasmPool } from "./pool.js";
import { type RowMatrix, widthOf } from "./row-matrix.js";

/** Atoms of one call: a few milliseconds of work, so that threads end together. */
const ATOMS = 1024;

/** Ranges of at most `step` below `count`, as [from, length]. */
function ranges(count: number, step: number): [from: number, length: number][] {
  return Array.from({ length: Math.ceil(count / step) }, (_, k) => [k * step, Math.min(step, count - k * step)]);
}

/**
 * out = a·zᵀ: all dot products of the rows of a, [B, K], with those of z, [N, K], floats; out is [B, N], floats or doubles.
 * Sums of 32 products in each of four lanes are rounded to single precision and added in double precision, so that
 * |error| ≤ γ₃₄·Σ|a_k z_k| with the unit roundoff of float32, 2⁻²⁴.
 */
export function multiplyRows(pool: WasmPool, a: RowMatrix, z: RowMatrix, out: RowMatrix): Promise<void> {
  requireShapes("multiply rows", a.columns === z.columns && out.rows === a.rows && out.columns === z.rows, [a, z, out]);
  const kernel = out.kind === "f32" ? "products32" : "products64";
  const bytes = out.kind === "f32" ? 4 : 8;
  const calls = ranges(z.padded, ATOMS).map(([from, length]) => [
    ...[a.address, a.stride, a.padded, z.address + from * z.stride, z.stride, length, widthOf(z)],
    ...[out.address + from * bytes, out.stride],
  ]);
  return pool.run(kernel, calls, 32 * 136 * 8);
}

/**
 * out += w·z: weighted sums of the rows of z, [N, K], floats, with weights w, [B, N], floats; out is [B, K], doubles. Atoms
 * without weight cost nothing. Sums of at most 64 terms are rounded to single precision and added in double precision.
 */
export function addWeightedRows(pool: WasmPool, w: RowMatrix, z: RowMatrix, out: RowMatrix): Promise<void> {
  requireShapes("add weighted rows", w.columns === z.rows && out.rows === w.rows && out.columns === z.columns, [w, z, out]);
  if (out.kind !== "f64") throw new TypeError("Cannot add weighted rows: the sums are float32; expected float64");
  const lines = widthOf(z) / 64;
  const calls = ranges(lines, Math.ceil(lines / Math.max(1, 2 * pool.threads()))).flatMap(([line, wide]) =>
    ranges(w.padded, 32).map(([row, length]) => [
      ...[w.address + row * w.stride, w.stride, length, z.address + line * 64, z.stride, z.padded, wide * 64],
      ...[out.address + row * out.stride + line * 128, out.stride],
    ]),
  );
  return pool.run("weightedSums", calls, 32768);
}

/**
 * Weights exp(ℓ − max ℓ) of each row of logits, [B, N] doubles, as floats into `weights`, [B, N]; exactly 0 where
 * ℓ − max ℓ ≤ −cut, with cut ≤ 87. `stats`, [B, 4] doubles with rows of 32 bytes at an address, receives
 * [max ℓ, Σ w, Σ w², Σ w(ℓ − max ℓ)]. Padding has to hold −∞: the caller fills columns beyond N, up to a multiple of 4.
 */
export function softmaxOf(
  pool: WasmPool,
  logits: RowMatrix,
  weights: RowMatrix,
  { cut, stats }: { readonly cut: number; readonly stats: number },
): Promise<void> {
  requireShapes("take a softmax", logits.rows === weights.rows && logits.columns === weights.columns, [logits, weights]);
  if (!(cut > 0 && cut <= 87)) throw new RangeError(`Cannot take a softmax: the cut is ${cut}; expected a number in (0, 87]`);
  const n = 4 * Math.ceil(logits.columns / 4);
  const calls = ranges(logits.rows, 1).map(([row]) => [
    ...[logits.address + row * logits.stride, logits.stride, 1, n, cut],
    ...[weights.address + row * weights.stride, weights.stride, stats + row * 32],
  ]);
  return pool.run("softmaxRows", calls);
}

function requireShapes(action: string, fit: boolean, all: readonly RowMatrix[]): void {
  if (fit) return;
  const shapes = all.map(({ rows, columns }) => `[${rows}, ${columns}]`).join(", ");
  throw new RangeError(`Cannot ${action}: the shapes are ${shapes}; expected matching ones`);
}
