import { gamma, type Points, unitRoundoff } from "@fluxion/core";
import { addWeightedRows, fillRows, multiplyRows, type RowMatrix, rowMatrix, type WasmPool } from "../wasm/index.js";
import type { Products } from "./products.js";

const U = unitRoundoff.float32;

/**
 * Products and sums in float32 on the threads of a WebAssembly pool; the pool stays the caller's. Runs of 32 products in four
 * lanes, and of 64 weighted rows, are rounded to single precision and added in double precision; operands are rounded once
 * each: γ₃₆ and γ₆₈ with u = 2⁻²⁴. Good for targets within 10⁻⁴ of the radius of the data or so, and for training, whose
 * arithmetic is float32 itself.
 */
export function wasmProducts(pool: WasmPool): Products {
  return (b) => {
    const { arena } = pool;
    const bound = rowMatrix(arena, "f32", b.size, b.dim);
    fillRows(arena, bound, b.data);
    const using = async (matrices: readonly RowMatrix[], work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } finally {
        for (const { address } of matrices) arena.free(address);
      }
    };
    const read = (from: RowMatrix, to: Float64Array): void => {
      const skip = from.stride / 8;
      const all = arena.f64(from.address, from.padded * skip);
      for (let r = 0; r < from.rows; r++) to.set(all.subarray(r * skip, r * skip + from.columns), r * from.columns);
    };
    return {
      name: pool.name,
      factor: gamma(36, U),
      async multiply(a: Points, out) {
        const [left, product] = [rowMatrix(arena, "f32", a.size, a.dim), rowMatrix(arena, "f64", a.size, b.size)];
        await using([left, product], async () => {
          fillRows(arena, left, a.data);
          await multiplyRows(pool, left, bound, product);
          read(product, out);
        });
      },
      sums: {
        factor: gamma(68, U),
        async add(weights, out) {
          const [w, sum] = [rowMatrix(arena, "f32", out.size, b.size), rowMatrix(arena, "f64", out.size, b.dim)];
          await using([w, sum], async () => {
            fillRows(arena, w, weights);
            await addWeightedRows(pool, w, bound, sum);
            read(sum, out.data);
          });
        },
      },
      close: () => arena.free(bound.address),
    };
  };
}
