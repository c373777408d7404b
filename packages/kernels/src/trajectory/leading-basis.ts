import { fork, normal, rngOf } from "@fluxion/core";
import { addWeightedRows, fillRows, multiplyRows, type RowMatrix, readRow, rowMatrix, type WasmPool } from "../wasm/index.js";

/** Atoms that are looked at, and turns of the iteration: any orthonormal basis serves, only its quality depends on them. */
const SAMPLE = 4096;
const TURNS = 4;

/**
 * An orthonormal basis of about the leading d principal directions of centred atoms, [d, D], by subspace iteration on at most
 * 4096 of them spread evenly [Halko2011, §4.5]: V ← orth((V Yᵀ) Y).
 */
export async function leadingBasis(pool: WasmPool, atoms: RowMatrix, count: number): Promise<Float64Array> {
  const { arena } = pool;
  const every = Math.max(1, Math.floor(atoms.rows / SAMPLE));
  const rows = Math.min(atoms.rows, SAMPLE);
  const sample: RowMatrix = {
    ...atoms,
    rows: rows - (rows % 4 || 0),
    padded: 4 * Math.floor(rows / 4),
    stride: atoms.stride * every,
  };
  const D = atoms.columns;
  const basis = orthonormal(normal(fork(rngOf(0), "basis"), new Float64Array(count * D)), D);
  if (sample.padded === 0) return basis;
  const directions = rowMatrix(arena, "f32", count, D);
  const products = rowMatrix(arena, "f32", count, sample.rows);
  const sums = rowMatrix(arena, "f64", count, D);
  for (let turn = 0; turn < TURNS; turn++) {
    fillRows(arena, directions, basis);
    await multiplyRows(pool, directions, sample, products);
    arena.f64(sums.address, (sums.padded * sums.stride) / 8).fill(0);
    await addWeightedRows(pool, products, sample, sums);
    for (let k = 0; k < count; k++) basis.set(readRow(arena, sums, k), k * D);
    orthonormal(basis, D);
  }
  for (const { address } of [directions, products, sums]) arena.free(address);
  return basis;
}

/** Rows made orthonormal in place, from first to last, twice over; a row that vanishes becomes a coordinate direction. */
export function orthonormal(rows: Float64Array, D: number): Float64Array {
  const count = rows.length / D;
  for (let k = 0, axis = 0; k < count; ) {
    const v = rows.subarray(k * D, (k + 1) * D);
    const before = lengthOf(v);
    for (let turn = 0; turn < 2; turn++) {
      for (let j = 0; j < k; j++) {
        const u = rows.subarray(j * D, (j + 1) * D);
        let dot = 0;
        for (let d = 0; d < D; d++) dot += (u[d] as number) * (v[d] as number);
        for (let d = 0; d < D; d++) v[d] = (v[d] as number) - dot * (u[d] as number);
      }
    }
    const length = lengthOf(v);
    if (length > 1e-10 * before) {
      for (let d = 0; d < D; d++) v[d] = (v[d] as number) / length;
      k++;
    } else {
      v.fill(0); // within the span of those before it, to rounding: try the next axis
      v[axis++ % D] = 1;
    }
  }
  return rows;
}

function lengthOf(v: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < v.length; d++) sum += (v[d] as number) * (v[d] as number);
  return Math.sqrt(sum);
}
