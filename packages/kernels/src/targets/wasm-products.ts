import { gamma, type Points, unitRoundoff } from "@fluxion/core";
import { addWeightedRows, fillRows, multiplyRows, type RowMatrix, rowMatrix, type WasmPool } from "../wasm/index.js";
import { float64Products, type Products } from "./products.js";

const U = unitRoundoff.float32;

/** Options of `wasmProducts`. */
export interface WasmProductsOptions {
  /**
   * Where dot products are taken: in float64 on the calling thread, or in float32 on the pool, whose rounding in the logits has
   * most points of the middle of the path computed again unless some 10⁻³ of the radius is precise enough. @defaultValue "float64"
   */
  readonly dots?: "float64" | "float32";
}

/**
 * Weighted sums in float32 on the threads of a WebAssembly pool, which are most of the work early on the path; the pool stays
 * the caller's. Runs of 64 weighted rows are rounded to single precision and added in double precision, operands are rounded
 * once each: γ₆₈ with u = 2⁻²⁴, four millionths. For training, whose arithmetic is float32 itself, that is enough.
 */
export function wasmProducts(pool: WasmPool, { dots = "float64" }: WasmProductsOptions = {}): Products {
  return async (b) => {
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
    const floats = {
      factor: gamma(36, U), // runs of 32 products in four lanes, and the rounding of the operands
      async multiply(a: Points, out: Float64Array) {
        const [left, product] = [rowMatrix(arena, "f32", a.size, a.dim), rowMatrix(arena, "f64", a.size, b.size)];
        await using([left, product], async () => {
          fillRows(arena, left, a.data);
          await multiplyRows(pool, left, bound, product);
          read(product, out);
        });
      },
    };
    const doubles = await float64Products(b);
    const { factor, multiply } = dots === "float64" ? doubles : floats;
    return {
      name: `${dots}, sums on ${pool.name}`,
      factor,
      multiply,
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
