import { type CaptureGaps, type CaptureProof, proofFromGaps, type WeightedAtoms } from "@fluxion/core";
import type { WasmPool } from "../wasm/index.js";
import { type CaptureSight, gapsOf, sightOf } from "./capture-sight.js";
import type { CaptureQuestion } from "./course.js";
import type { DenseProducts } from "./dense-products.js";
import type { KernelAtoms } from "./kernel-atoms.js";

/** Bytes of a `CaptureRow`, and of a `PrefixRow`. */
const ROW = 64;
const PREFIX_ROW = 32;
/** Atoms that may be near: where there are more, nothing is proved yet. */
const ROOM = 4096;

/** What the proofs of a batch read. */
export interface CaptureGround {
  readonly pool: WasmPool;
  readonly atoms: KernelAtoms;
  readonly data: WeightedAtoms;
  readonly dense: DenseProducts | undefined;
  /** w_0 in the coordinates of the centred data, [B, D]. */
  readonly start: Float64Array;
  /** q, [B] rows `stride` bytes apart. */
  readonly noise: { readonly address: number; readonly stride: number };
}

/**
 * Proofs of capture from float32 with all its rounding allowed for: bounds for all atoms from their first d coordinates, and
 * dot products in full for those that the bounds leave near. Undefined where nothing is proved.
 */
export async function screenCaptures(ground: CaptureGround, question: CaptureQuestion): Promise<(CaptureProof | undefined)[]> {
  const { pool, atoms } = ground;
  const { arena } = pool;
  const { rows } = question;
  const count = 4 * Math.ceil(rows.length / 4);
  const wide = 64 * Math.ceil((atoms.dim * 4) / 64);
  const list = 4 * (ROOM + 1);
  const at = {
    rows: arena.allocate(count * ROW),
    states: arena.allocate(count * wide),
    prefixes: arena.allocate(count * atoms.prefixDim * 4),
    prefixRows: arena.allocate(2 * count * PREFIX_ROW),
    batches: arena.allocate(count * 32),
    lists: arena.allocate(count * list),
    products: arena.allocate(count * 8 * ROOM),
  };
  arena.f32(at.states, (count * wide) / 4).fill(0);
  try {
    const sights = Array.from({ length: count }, (_, n) =>
      sightOf(ground, question, rows[Math.min(n, rows.length - 1)] as number),
    );
    const basis = arena.f32(atoms.basis, (atoms.prefixDim * wide) / 4);
    for (const [n, sight] of sights.entries()) {
      arena.f32(at.states + n * wide, atoms.dim).set(sight.state);
      shown(basis, wide / 4, sight.state, arena.f32(at.prefixes + n * atoms.prefixDim * 4, atoms.prefixDim));
      arena
        .i32(at.rows + n * ROW, 4)
        .set([ground.noise.address + sight.row * ground.noise.stride, at.lists + n * list, ROOM, sight.atom]);
      arena.f32(at.rows + n * ROW + 16, 10).set(sight.numbers);
      arena.i32(at.prefixRows + n * PREFIX_ROW, 3).set([0, 0, at.prefixes + n * atoms.prefixDim * 4]);
      arena.i32(at.prefixRows + (count + n) * PREFIX_ROW, 3).set([0, 0, atoms.prefix + sight.atom * atoms.prefixDim * 4]);
    }
    const screens = Array.from({ length: count / 4 }, (_, k) => {
      const batch = at.batches + k * 128;
      const common = [atoms.panels, atoms.halfNorms, atoms.bias, atoms.prefixDim];
      arena.i32(batch, 6).set([...common, at.prefixRows + k * 4 * PREFIX_ROW, 4]);
      arena.i32(batch + 64, 6).set([...common, at.prefixRows + (count + k * 4) * PREFIX_ROW, 4]);
      return [batch, batch + 64, at.rows + k * 4 * ROW, atoms.tails, atoms.size];
    });
    await pool.run("captureScreen", screens, 2048);
    const found = rows.map((_, n) => arena.i32(at.lists + n * list, 1)[0] as number);
    const near = [...rows.keys()].filter((n) => (found[n] as number) <= ROOM);
    const calls = near.map((n) => {
      const { atom } = sights[n] as CaptureSight;
      return [
        atoms.listData,
        at.lists + n * list + 4,
        found[n] as number,
        at.states + n * wide,
        atom,
        at.products + n * 8 * ROOM,
      ];
    });
    await pool.run("captureProducts", calls);
    const proofs: (CaptureProof | undefined)[] = rows.map(() => undefined);
    for (const n of near) {
      const length = found[n] as number;
      const others = arena.i32(at.lists + n * list + 4, length);
      const gaps: CaptureGaps = gapsOf(
        ground,
        sights[n] as CaptureSight,
        others,
        arena.f32(at.products + n * 8 * ROOM, 2 * length),
      );
      proofs[n] = proofFromGaps(gaps);
    }
    return proofs;
  } finally {
    for (const address of Object.values(at)) arena.free(address);
  }
}

/** The coordinates of v in the rows of a basis. */
function shown(basis: Float32Array, stride: number, v: Float64Array, out: Float32Array): void {
  for (let k = 0; k < out.length; k++) {
    let dot = 0;
    for (let d = 0, p = k * stride; d < v.length; d++, p++) dot += (basis[p] as number) * (v[d] as number);
    out[k] = dot;
  }
}
