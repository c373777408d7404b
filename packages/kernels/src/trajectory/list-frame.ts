import type { WasmPool } from "../wasm/index.js";
import { euclidean } from "./direct-frame.js";
import { type Frame, PROBE, type StageCall } from "./frame.js";
import type { KernelAtoms } from "./kernel-atoms.js";

/** Bytes of a `ListRow`. */
const ROW = 64;
/** Lists this short are evaluated in full. */
const SHORT = 384;
/** Share of the mass whose logits stay those of the first d coordinates; the probe, which measures what that costs, is stricter. */
const LIGHT = 0.01;
const LIGHT_OF_PROBE = 0.001;

/** The second leg: for each row the atoms that still weigh something, and all coordinates. */
export interface ListFrame extends Frame {
  /** Takes a list from `keepHeaviest`, at an address: how many, then which. */
  readonly take: (row: number, list: number) => void;
  /** How many atoms the list of a row has. */
  readonly lengthOf: (row: number) => number;
  readonly free: () => void;
}

/** `share` of the mass may be dropped from a list after every step. */
export function listFrame(
  pool: WasmPool,
  atoms: KernelAtoms,
  size: number,
  { noise, share }: { readonly noise: { readonly address: number; readonly stride: number }; readonly share: number },
): ListFrame {
  const { arena } = pool;
  const { dim, prefixDim } = atoms;
  const wide = 64 * Math.ceil((dim * 4) / 64);
  const at = { rows: arena.allocate(size * ROW), states: arena.allocate(size * wide), outs: arena.allocate(size * wide) };
  arena.f32(at.states, (size * wide) / 4).fill(0);
  const lists = new Float64Array(size); // addresses of the counts
  const counts = new Int32Array(size);
  const weights = new Float64Array(size); // of the last stage, and of the probe after them
  const spares = new Float64Array(size);

  return {
    width: dim,
    async evaluate({ rows, s, state, out, peak, leader, stage }: StageCall) {
      let longest = 0;
      const jobs = rows.map((r) => {
        const address = at.rows + r * ROW;
        const [count, sr] = [counts[r] as number, s[r] as number];
        longest = Math.max(longest, count);
        arena.f32(at.states + r * wide, dim).set(state.subarray(r * dim, (r + 1) * dim));
        const store = (stage === PROBE ? spares[r] : weights[r]) as number;
        arena
          .i32(address, 6)
          .set([
            (lists[r] as number) + 4,
            count,
            noise.address + r * noise.stride,
            at.states + r * wide,
            at.outs + r * wide,
            store,
          ]);
        arena.f32(address + 24, 3).set([sr, sr * sr, count <= SHORT ? 0 : stage === PROBE ? LIGHT_OF_PROBE : LIGHT]);
        return [atoms.listData, address];
      });
      await pool.run("listStage", jobs, 8 * prefixDim + 1024 + 8 * longest + 128);
      for (const r of rows) {
        const mass = arena.f32(at.rows + r * ROW + 36, 1)[0] as number;
        leader[r] = arena.i32(at.rows + r * ROW + 40, 1)[0] as number;
        peak[r] = 1 / mass;
        const sums = arena.f32(at.outs + r * wide, dim);
        for (let d = 0; d < dim; d++) out[r * dim + d] = (sums[d] as number) / mass;
      }
    },
    norm: euclidean,
    async accepted(rows) {
      const jobs = rows.map((r) => [
        weights[r] as number,
        counts[r] as number,
        share,
        1,
        (lists[r] as number) + 4,
        lists[r] as number,
      ]);
      await pool.run("keepHeaviest", jobs, 1024);
      for (const r of rows) counts[r] = arena.i32(lists[r] as number, 1)[0] as number;
    },
    take(row, list) {
      const count = arena.i32(list, 1)[0] as number;
      const room = 4 * 4 * Math.ceil((count + 4) / 4);
      counts[row] = count;
      [lists[row], weights[row], spares[row]] = [arena.allocate(room), arena.allocate(room), arena.allocate(room)];
      arena.i32(lists[row] as number, count + 1).set(arena.i32(list, count + 1));
    },
    lengthOf: (row) => counts[row] as number,
    free() {
      const held = [...lists, ...weights, ...spares].filter((address) => address !== 0);
      for (const address of [...held, ...Object.values(at)]) arena.free(address);
    },
  };
}
