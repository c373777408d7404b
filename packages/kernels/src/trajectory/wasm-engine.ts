import type { Points, WeightedAtoms } from "@fluxion/core";
import {
  addWeightedRows,
  fillRows,
  multiplyRows,
  type RowMatrix,
  readRow,
  rowMatrix,
  type WasmPool,
  type WasmPoolOptions,
  wasmPool,
} from "../wasm/index.js";
import { type CaptureGround, screenCaptures } from "./capture-screen.js";
import type { Course, TrajectoryEngine } from "./course.js";
import type { Flight } from "./flight.js";
import { holdAtoms, type KernelAtoms } from "./kernel-atoms.js";
import { leadingVariance } from "./leading-variance.js";
import { type ListFrame, listFrame } from "./list-frame.js";
import { type PrefixFrame, prefixFrame } from "./prefix-frame.js";

/** Options of `wasmEngine`. */
export interface WasmEngineOptions extends WasmPoolOptions {
  /** Threads to share with others, which the engine then leaves open when it is closed. @defaultValue its own */
  readonly pool?: WasmPool;
  /** d, the leading directions that the first leg is followed in; rounded up to a multiple of 16. @defaultValue 64 */
  readonly prefixDim?: number;
}

/** Share of the mass that a list may leave out when it is made, and again after every step. */
const DROPPED = 1e-3;
const DROPPED_LATER = 1e-4;
/** A list is taken when it has no more than this part of all atoms. */
const SPARSE = 0.2;

/**
 * Trajectories on WebAssembly threads, for many atoms in many dimensions. The dot products of the noise with all atoms are
 * formed once. At first all atoms count, and m, a mean over many, lives in few directions; then few atoms count, and a
 * list of them is followed in full.
 * @throws RangeError when the weights do not sum to one or a coordinate is not finite; Error where the engine cannot run the kernels.
 */
export async function wasmEngine(atoms: WeightedAtoms, options: WasmEngineOptions = {}): Promise<TrajectoryEngine> {
  const { size, dim, data } = atoms.points;
  const pool = options.pool ?? (await wasmPool(options));
  const prefixDim = 16 * Math.ceil(Math.min(options.prefixDim ?? 64, dim) / 16);
  const held = await holdAtoms(pool, atoms, prefixDim);
  const ground = { pool, atoms: held, data: atoms };
  return {
    name: pool.name,
    size,
    dim,
    radius: held.radius,
    center: held.center,
    atoms,
    variance: leadingVariance(data, size, dim, held.center),
    launch: (w0) => launched(ground, w0),
    async close() {
      held.free();
      if (options.pool === undefined) await pool.close();
    },
  };
}

/** Dot products of the noise, and the two legs. */
async function launched(ground: Pick<CaptureGround, "pool" | "atoms" | "data">, w0: Points): Promise<Course> {
  const { pool, atoms } = ground;
  const { arena } = pool;
  const { dim } = atoms;
  const starts = rowMatrix(arena, "f32", w0.size, dim);
  fillRows(arena, starts, w0.data);
  const noise = rowMatrix(arena, "f32", w0.size, atoms.padded);
  await multiplyRows(pool, starts, atoms.rows, { ...noise, columns: atoms.size });
  const first = prefixFrame(pool, atoms, w0.size, noise);
  const second = listFrame(pool, atoms, w0.size, { noise, share: DROPPED_LATER });
  const capture: CaptureGround = { ...ground, start: w0.data, noise };
  return {
    legs: [{ frame: first, leaving: (_, taken) => listed({ pool, atoms, first, second }, taken) }, { frame: second }],
    handOver: (from, to, rows) => handOver({ pool, atoms, first, second }, from, to, rows),
    position: (row, state, s) =>
      atoms.center.map((c, d) => (w0.data[row * dim + d] as number) + s * c + (state[row * dim + d] as number)),
    prove: (question) => screenCaptures(capture, question),
    close() {
      first.free();
      second.free();
      for (const { address } of [starts, noise]) arena.free(address);
    },
  };
}

/** Both legs of a batch. */
interface Legs {
  readonly pool: WasmPool;
  readonly atoms: KernelAtoms;
  readonly first: PrefixFrame;
  readonly second: ListFrame;
}

/** Lists what weighs something after a step; rows whose list is short leave the first leg with it. */
async function listed({ pool, atoms, first, second }: Legs, taken: readonly number[]): Promise<readonly number[]> {
  const { arena } = pool;
  const room = 4 * (atoms.padded + 4);
  const lists = arena.allocate(taken.length * room);
  const jobs = taken.map((r, n) => [first.weightsOf(r), atoms.padded, DROPPED, first.largestOf(r), 0, lists + n * room]);
  await pool.run("keepHeaviest", jobs, 1024);
  const leaving = taken.filter((_, n) => (arena.i32(lists + n * room, 1)[0] as number) <= SPARSE * atoms.size);
  for (const r of leaving) second.take(r, lists + taken.indexOf(r) * room);
  arena.free(lists);
  return leaving;
}

/** All of m from what the weights have summed to, the velocity there in full, and what the first leg missed of it. */
async function handOver({ pool, atoms, first, second }: Legs, from: Flight, to: Flight, rows: readonly number[]): Promise<void> {
  const { arena } = pool;
  const { dim, prefixDim } = atoms;
  const slots = 4 * Math.ceil(from.size / 4);
  const spent: RowMatrix = {
    kind: "f32",
    address: first.spent,
    rows: from.size,
    columns: atoms.size,
    stride: 4 * atoms.padded,
    padded: slots,
  };
  const sums = rowMatrix(arena, "f64", from.size, dim);
  await addWeightedRows(pool, spent, atoms.rows, sums);
  for (const r of rows) to.state.set(readRow(arena, sums, r), r * dim);
  arena.free(sums.address);
  await second.evaluate({ rows, s: to.s, state: to.state, out: to.velocity, peak: to.peak, leader: to.leader, stage: 0 });
  const basis = arena.f32(atoms.basis, prefixDim * 16 * Math.ceil(dim / 16));
  for (const r of rows) {
    to.nfe[r] = (to.nfe[r] as number) + 1;
    to.known[r] = 1;
    let squared = 0;
    for (let k = 0; k < prefixDim; k++) {
      let dot = 0;
      for (let d = 0, p = k * 16 * Math.ceil(dim / 16); d < dim; d++, p++)
        dot += (basis[p] as number) * (to.velocity[r * dim + d] as number);
      squared += (dot - (from.velocity[r * prefixDim + k] as number)) ** 2;
    }
    to.error[r] = (to.error[r] as number) + (Math.sqrt(squared) * (to.s[r] as number)) / 4;
  }
}
