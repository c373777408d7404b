import type { WasmPool } from "../wasm/index.js";
import type { AtomLists } from "./atom-lists.js";
import { euclidean } from "./direct-frame.js";
import type { Frame } from "./frame.js";
import type { KernelAtoms } from "./kernel-atoms.js";
import type { NoiseProducts } from "./prefix-frame.js";

/** Bytes of a `ListRow`. */
const ROW = 64;

/** The last leg: for each row a short list of atoms, and all coordinates. */
export interface FullFrame extends Frame {
  readonly free: () => void;
}

/** Trajectories of a batch of B rows over short lists of atoms. */
export function fullFrame(pool: WasmPool, atoms: KernelAtoms, lists: AtomLists, size: number, noise: NoiseProducts): FullFrame {
  const { arena } = pool;
  const { dim } = atoms;
  const wide = 64 * Math.ceil((dim * 4) / 64);
  const longest = (rows: readonly number[]): number => rows.reduce((most, r) => Math.max(most, lists.countOf(r)), 0);
  const weights = new Map<number, number>();
  const at = { rows: arena.allocate(size * ROW), states: arena.allocate(size * wide), outs: arena.allocate(size * wide) };
  arena.f32(at.states, (size * wide) / 4).fill(0);
  return {
    width: dim,
    async evaluate({ rows, s, state, out, peak, leader }) {
      const calls = rows.map((r) => {
        const address = at.rows + r * ROW;
        if (!weights.has(r)) weights.set(r, arena.allocate(4 * (lists.countOf(r) + 4)));
        arena.f32(at.states + r * wide, dim).set(state.subarray(r * dim, (r + 1) * dim));
        const pointers = [
          lists.at(r) + 4,
          lists.countOf(r),
          noise.address + r * noise.stride,
          at.states + r * wide,
          at.outs + r * wide,
        ];
        arena.i32(address, 6).set([...pointers, weights.get(r) as number]);
        arena.f32(address + 24, 1)[0] = s[r] as number;
        return [atoms.listData, address];
      });
      await pool.run("fullStage", calls, 4 * longest(rows) + 64);
      for (const r of rows) {
        const mass = arena.f32(at.rows + r * ROW + 28, 1)[0] as number;
        leader[r] = arena.i32(at.rows + r * ROW + 32, 1)[0] as number;
        peak[r] = 1 / mass;
        const sums = arena.f32(at.outs + r * wide, dim);
        for (let d = 0; d < dim; d++) out[r * dim + d] = (sums[d] as number) / mass;
      }
    },
    norm: euclidean,
    free() {
      for (const address of [...weights.values(), ...Object.values(at)]) arena.free(address);
    },
  };
}
