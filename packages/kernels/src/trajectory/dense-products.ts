import { addWeightedRows, multiplyRows, type RowMatrix, readRow, rowMatrix, type WasmPool } from "../wasm/index.js";
import type { KernelAtoms } from "./kernel-atoms.js";

/** The two products of a batch with all atoms, done by something faster than the kernels. */
export interface DenseProducts {
  /** As it appears in the name of the engine. */
  readonly name: string;
  /** n with |out − a·y| ≤ n·2⁻²⁴·‖a‖‖y‖ for a dot product. */
  readonly roundings: number;
  /** out = a·yᵀ, [B, N], of a, [B, D]. */
  readonly multiply: (a: Float32Array, out: Float32Array) => Promise<void>;
  /** out = w·y, [B, D], of w, [B, N]. */
  readonly sum: (w: Float32Array, out: Float32Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Roundings of a dot product of the kernels: 34 in a run of floats, and those of the operands and of the result. */
const KERNEL_ROUNDINGS = 40;

/** n with |q − w·y| ≤ n·2⁻²⁴·‖w‖‖y‖ for what `noiseProducts` gives. */
export function roundingsOf(dense: DenseProducts | undefined): number {
  return dense === undefined ? KERNEL_ROUNDINGS : dense.roundings + 3;
}

/** q = w_0·yᵀ of B rows, [B, N], into a matrix of the kernels. */
export async function noiseProducts(
  { pool, atoms, dense }: { readonly pool: WasmPool; readonly atoms: KernelAtoms; readonly dense: DenseProducts | undefined },
  w0: { readonly data: Float64Array; readonly size: number },
  out: RowMatrix,
): Promise<void> {
  const { arena } = pool;
  if (dense !== undefined) {
    const products = new Float32Array(w0.size * atoms.size);
    await dense.multiply(Float32Array.from(w0.data), products);
    for (let r = 0; r < w0.size; r++) {
      arena.f32(out.address + r * out.stride, atoms.size).set(products.subarray(r * atoms.size, (r + 1) * atoms.size));
    }
    return;
  }
  const starts = rowMatrix(arena, "f32", w0.size, atoms.dim);
  for (let r = 0; r < w0.size; r++) {
    arena.f32(starts.address + r * starts.stride, atoms.dim).set(w0.data.subarray(r * atoms.dim, (r + 1) * atoms.dim));
  }
  await multiplyRows(pool, starts, atoms.rows, { ...out, columns: atoms.size });
  arena.free(starts.address);
}

/** Σ c y of B rows, [B, D], of c, [B, N]. */
export async function spentSums(
  { pool, atoms, dense }: { readonly pool: WasmPool; readonly atoms: KernelAtoms; readonly dense: DenseProducts | undefined },
  spent: RowMatrix,
): Promise<(row: number) => Float64Array> {
  const { arena } = pool;
  if (dense !== undefined) {
    const weights = new Float32Array(spent.rows * atoms.size);
    for (let r = 0; r < spent.rows; r++) weights.set(arena.f32(spent.address + r * spent.stride, atoms.size), r * atoms.size);
    const out = new Float32Array(spent.rows * atoms.dim);
    await dense.sum(weights, out);
    return (row) => Float64Array.from(out.subarray(row * atoms.dim, (row + 1) * atoms.dim));
  }
  const sums = rowMatrix(arena, "f64", spent.rows, atoms.dim);
  await addWeightedRows(pool, { ...spent, columns: atoms.size }, atoms.rows, sums);
  const all = Array.from({ length: spent.rows }, (_, r) => Float64Array.from(readRow(arena, sums, r)));
  arena.free(sums.address);
  return (row) => all[row] as Float64Array;
}
