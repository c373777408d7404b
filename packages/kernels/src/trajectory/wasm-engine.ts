import type { Points, WeightedAtoms } from "@fluxion/core";
import { type BoundAtoms, bindAtoms } from "../bind/index.js";
import { type Arena, type RowMatrix, type WasmPool, type WasmPoolOptions, wasmPool } from "../wasm/index.js";
import { type AtomLists, atomLists } from "./atom-lists.js";
import { type CaptureGround, screenCaptures } from "./capture-screen.js";
import type { Course, TrajectoryEngine } from "./course.js";
import { type DenseProducts, noiseProducts, spentSums } from "./dense-products.js";
import type { Flight } from "./flight.js";
import { type FullFrame, fullFrame } from "./full-frame.js";
import { BLOCK, holdAtoms, type KernelAtoms } from "./kernel-atoms.js";
import { leadingVariance } from "./leading-variance.js";
import { type LeanFrame, leanFrame, missed } from "./lean-frame.js";
import { type PrefixFrame, prefixFrame } from "./prefix-frame.js";

/** Options of `wasmEngine`. */
export interface WasmEngineOptions extends WasmPoolOptions {
  /** Threads to share with others, which the engine then leaves open when it is closed. @defaultValue its own */
  readonly pool?: WasmPool;
  /** d, the leading directions that the first leg is followed in; rounded up to a multiple of 16. @defaultValue 32 */
  readonly prefixDim?: number;
  /** What takes the two products of a batch with all atoms, such as `nativeProducts`. @defaultValue the kernels */
  readonly dense?: (atoms: BoundAtoms) => Promise<DenseProducts>;
}

/** Share of the mass that the lists leave out when they are made. */
const DROPPED = 4e-3;
/** Lists are taken when they have no more than this part of all atoms, and are followed in all coordinates when this short. */
const SPARSE = 0.2;
const SHORT = 96;

/**
 * Trajectories on WebAssembly threads, for many atoms in many dimensions. The dot products of the noise with all atoms are
 * formed once. At first all atoms count, and m, a mean over many, lives in few directions; then few atoms count, and a
 * list of them is followed in full.
 * @throws RangeError when the weights do not sum to one or a coordinate is not finite; Error where the engine cannot run the kernels.
 */
export async function wasmEngine(atoms: WeightedAtoms, options: WasmEngineOptions = {}): Promise<TrajectoryEngine> {
  const { size, dim, data } = atoms.points;
  const pool = options.pool ?? (await wasmPool(options));
  const prefixDim = 16 * Math.ceil(Math.min(options.prefixDim ?? 32, dim) / 16);
  const bound = bindAtoms(atoms);
  const held = await holdAtoms(pool, bound, prefixDim);
  const dense = await options.dense?.(bound);
  const ground = { pool, atoms: held, data: atoms, dense };
  return {
    name: dense === undefined ? pool.name : `${pool.name}, ${dense.name}`,
    size,
    dim,
    radius: held.radius,
    center: held.center,
    atoms,
    variance: leadingVariance(data, size, dim, held.center),
    launch: (w0) => launched(ground, w0),
    async close() {
      held.free();
      await dense?.close();
      if (options.pool === undefined) await pool.close();
    },
  };
}

/** Dot products of the noise, and the legs. */
async function launched(ground: Pick<CaptureGround, "pool" | "atoms" | "data" | "dense">, w0: Points): Promise<Course> {
  const { pool, atoms } = ground;
  const { arena } = pool;
  const { dim } = atoms;
  const noise = productRows(arena, w0.size, atoms.padded);
  await noiseProducts(ground, w0, noise);
  const lists = atomLists(arena, w0.size);
  const first = prefixFrame(pool, atoms, w0.size, noise);
  const second = leanFrame(pool, atoms, lists, w0.size, noise);
  const third = fullFrame(pool, atoms, lists, w0.size, noise);
  const legs: Legs = { ...ground, lists, first, second, third };
  const capture: CaptureGround = { ...ground, start: w0.data, noise };
  return {
    legs: [
      { frame: first, leaving: (_, taken) => listed(legs, taken) },
      { frame: second, leaving: async (_, taken) => taken.filter((r) => lists.countOf(r) <= SHORT) },
      { frame: third },
    ],
    handOver: (from, to, { rows, leg }) => (leg === 1 ? toLean(legs, from, to, rows) : toFull(legs, from, to, rows)),
    position: (row, state, s) =>
      atoms.center.map((c, d) => (w0.data[row * dim + d] as number) + s * c + (state[row * dim + d] as number)),
    prove: (question) => screenCaptures(capture, question),
    close() {
      for (const part of [first, second, third, lists]) part.free();
      arena.free(noise.address);
    },
  };
}

/** Room for q, which need not be cleared: what is beyond the atoms belongs to atoms without weight. */
function productRows(arena: Arena, size: number, padded: number): RowMatrix {
  const rows = 4 * Math.ceil(size / 4);
  const address = arena.allocate(rows * padded * 4);
  arena.f32(address + size * padded * 4, (rows - size) * padded).fill(0);
  for (let r = 0; r < size; r++) arena.f32(address + ((r + 1) * padded - BLOCK) * 4, BLOCK).fill(0);
  return { kind: "f32", address, rows: size, columns: padded, stride: padded * 4, padded: rows };
}

/** The parts of a batch. */
interface Legs {
  readonly pool: WasmPool;
  readonly atoms: KernelAtoms;
  readonly dense: DenseProducts | undefined;
  readonly lists: AtomLists;
  readonly first: PrefixFrame;
  readonly second: LeanFrame;
  readonly third: FullFrame;
}

/** Lists what weighs something after a step; rows whose list is short leave the first leg with it. */
async function listed({ pool, atoms, first, lists }: Legs, taken: readonly number[]): Promise<readonly number[]> {
  const { arena } = pool;
  const room = 4 * (atoms.padded + 4);
  const found = arena.allocate(taken.length * room);
  const calls = taken.map((r, n) => [first.weightsOf(r), atoms.padded, DROPPED, first.largestOf(r), 0, found + n * room, 0, 0]);
  await pool.run("keepHeaviest", calls, 1024);
  const countOf = (n: number): number => arena.i32(found + n * room, 1)[0] as number;
  const rest = [...taken.keys()].filter((n) => countOf(n) > SPARSE * atoms.size);
  // a stage over all atoms costs as much as lists that hold a third of them, and no less for a few rows than for eight
  const dear = 3 * rest.reduce((sum, n) => sum + countOf(n), 0) > Math.max(rest.length, 8) * atoms.size;
  const leaving = [...taken.keys()].filter((n) => !dear || !rest.includes(n));
  for (const n of leaving) lists.take(taken[n] as number, found + n * room);
  arena.free(found);
  return leaving.map((n) => taken[n] as number);
}

/** All of m from what the weights have summed to: its part beyond the first d coordinates now counts. */
async function toLean(
  { pool, atoms, dense, first, second }: Legs,
  from: Flight,
  to: Flight,
  rows: readonly number[],
): Promise<void> {
  const slots = 4 * Math.ceil(from.size / 4);
  const spent: RowMatrix = {
    ...{ kind: "f32", address: first.spent, rows: from.size, columns: atoms.size },
    ...{ stride: 4 * atoms.padded, padded: slots },
  };
  const sums = await spentSums({ pool, atoms, dense }, spent);
  to.state.set(from.state);
  await second.start(to, rows, sums);
  to.taken.set(to.s); // since the start
  for (const r of rows) missed(to, r, from.velocity, 4);
}

/** All of m as the state. */
async function toFull({ atoms, second, third }: Legs, from: Flight, to: Flight, rows: readonly number[]): Promise<void> {
  for (const r of rows) to.state.set(second.whole(r, from.state), r * atoms.dim);
  await third.evaluate({ rows, s: to.s, state: to.state, out: to.velocity, peak: to.peak, leader: to.leader, stage: 0 });
  for (const r of rows) {
    to.nfe[r] = (to.nfe[r] as number) + 1;
    to.known[r] = 1;
  }
}
