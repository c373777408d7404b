import { dopri5 } from "@fluxion/core";
import type { RowMatrix } from "../wasm/index.js";
import type { CaptureGround } from "./capture-ground.js";
import { noiseProducts, spentSums } from "./dense-products.js";
import { type Frame, PROBE } from "./frame.js";
import type { PrefixFrame } from "./prefix-frame.js";
import { euclidean, rowOf } from "./row.js";

/** Where weights that only measure go: that of a stage which this frame has no other use for. */
const SPARE_STAGE = dopri5.b.length - 1;

/**
 * All atoms and all coordinates of m: two products of all rows with all atoms an evaluation, for the stretch where many
 * atoms count and m is not in few directions any more. The weights at the last stage are those of `first` at stage 0.
 */
export function denseFrame(
  ground: Pick<CaptureGround, "pool" | "atoms" | "dense" | "start">,
  first: PrefixFrame,
  products: RowMatrix,
): Frame {
  const { pool, atoms, start } = ground;
  const { arena } = pool;
  const { dim } = atoms;
  return {
    width: dim,
    async evaluate(call) {
      const { rows, state, out } = call;
      const w = new Float64Array(rows.length * dim);
      for (const [n, r] of rows.entries()) {
        for (let d = 0; d < dim; d++) w[n * dim + d] = (start[r * dim + d] as number) + (state[r * dim + d] as number);
      }
      const used: RowMatrix = { ...products, rows: rows.length, padded: 4 * Math.ceil(rows.length / 4) };
      await noiseProducts(ground, { data: w, size: rows.length }, used);
      const stage = call.stage < PROBE ? 0 : SPARE_STAGE;
      const places = new Map(rows.map((r, n) => [r, products.address + n * products.stride]));
      await first.weigh({ ...call, stage }, (r) => places.get(r) as number);
      for (const [n, r] of rows.entries()) {
        const kept = arena.f32(first.kept(r, stage).address, atoms.padded);
        arena.f32(products.address + n * products.stride, atoms.padded).set(kept);
      }
      const sums = await spentSums(ground, used);
      for (const [n, r] of rows.entries()) {
        const { mass } = first.kept(r, stage);
        rowOf(out, r, dim).set(sums(n).map((sum) => sum / mass));
      }
    },
    norm: euclidean,
  };
}
