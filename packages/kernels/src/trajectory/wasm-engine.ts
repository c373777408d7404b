import type { Points, WeightedAtoms } from "@fluxion/core";
import { type BoundAtoms, bindAtoms } from "../bind/index.js";
import { type Arena, type RowMatrix, type WasmPool, type WasmPoolOptions, wasmPool } from "../wasm/index.js";
import { type AtomLists, atomLists } from "./atom-lists.js";
import type { CaptureGround } from "./capture-ground.js";
import { screenCaptures } from "./capture-screen.js";
import type { CaptureQuestion, Course, Leg, TrajectoryEngine } from "./course.js";
import { type DenseProducts, noiseProducts, spentSums } from "./dense-products.js";
import type { Flight } from "./flight.js";
import { BLOCK, holdAtoms } from "./kernel-atoms.js";
import { leadingVariance } from "./leading-variance.js";
import { listFrame } from "./list-frame.js";
import { prefixFrame } from "./prefix-frame.js";
import { type ListMaker, relist, takeHeaviest } from "./relist.js";

/** Options of `wasmEngine`. */
export interface WasmEngineOptions extends WasmPoolOptions {
  /** Threads to share with others, which the engine then leaves open when it is closed. @defaultValue its own */
  readonly pool?: WasmPool;
  /** d, the leading directions that the first leg is followed in; rounded up to a multiple of 16. @defaultValue 32 */
  readonly prefixDim?: number;
  /** What takes the two products of a batch with all atoms, such as `nativeProducts`. @defaultValue the kernels */
  readonly dense?: (atoms: BoundAtoms) => Promise<DenseProducts>;
}

/** Shares of the mass at a tolerance of 1e-4: left out of the lists when they are made, later, and seen in few directions. */
const SHARES = { made: 3e-3, dropped: 1e-3, light: 0.04 };
/** Below this tolerance the first leg, which sees few directions, is too coarse: all atoms are followed in full. */
const FINE = 5e-6;
/** Lists are taken when they have no more than this part of all atoms. */
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
    launch: (w0, tolerance) => launched(ground, w0, tolerance),
    async close() {
      held.free();
      await dense?.close();
      if (options.pool === undefined) await pool.close();
    },
  };
}

/** Dot products of the noise, and the legs. */
async function launched(ground: Ground, w0: Points, tolerance: number): Promise<Course> {
  const { pool, atoms } = ground;
  const { arena } = pool;
  const { dim, center } = atoms;
  const noise = productRows(arena, w0.size, atoms.padded);
  await noiseProducts(ground, w0, noise);
  const lists = atomLists(arena, w0.size);
  const fine = tolerance < FINE;
  const part = Math.sqrt(Math.min(1, tolerance / 1e-4));
  const first = prefixFrame(pool, atoms, w0.size, noise);
  const second = listFrame({ pool, atoms, noise }, lists, w0.size, fine ? 0 : SHARES.light * part);
  const legs: Legs = { ...ground, lists, first, second };
  const last: Leg = { frame: { ...second, accepted: (flight, rows) => relist(legs, flight, rows, SHARES.dropped * part) } };
  const capture: CaptureGround = { ...ground, start: w0.data, noise };
  const common = {
    position: (row: number, state: Float64Array, s: number) =>
      center.map((c, d) => (w0.data[row * dim + d] as number) + s * c + (state[row * dim + d] as number)),
    prove: (question: CaptureQuestion) => screenCaptures(capture, question),
  };
  const free = (): void => {
    for (const held of [first, second, lists]) held.free();
    arena.free(noise.address);
  };
  if (fine) {
    listAll(arena, lists, atoms.size, w0.size);
    return { ...common, legs: [last], close: free };
  }
  return {
    ...common,
    legs: [{ frame: first, leaving: (_, taken) => listed(legs, taken, SHARES.made * part) }, last],
    handOver: (from, to, rows) => handOver(legs, from, to, rows),
    close: free,
  };
}

/** Lists all atoms for every row. */
function listAll(arena: Arena, lists: AtomLists, count: number, size: number): void {
  const all = arena.allocate(4 * (count + 1));
  arena.i32(all, count + 1).set(Int32Array.from({ length: count + 1 }, (_, i) => (i === 0 ? count : i - 1)));
  for (let r = 0; r < size; r++) lists.take(r, all);
  arena.free(all);
}

/** Room for q, which need not be cleared: what is beyond the atoms belongs to atoms without weight. */
function productRows(arena: Arena, size: number, padded: number): RowMatrix {
  const rows = 4 * Math.ceil(size / 4);
  const address = arena.allocate(rows * padded * 4);
  arena.f32(address + size * padded * 4, (rows - size) * padded).fill(0);
  for (let r = 0; r < size; r++) arena.f32(address + ((r + 1) * padded - BLOCK) * 4, BLOCK).fill(0);
  return { kind: "f32", address, rows: size, columns: padded, stride: padded * 4, padded: rows };
}

/** The data of an engine. */
type Ground = Pick<CaptureGround, "pool" | "atoms" | "data" | "dense">;

/** The parts of a batch. */
interface Legs extends ListMaker {
  readonly dense: DenseProducts | undefined;
}

/** Lists what weighs something after a step; rows whose list is short leave the first leg with it. */
function listed(legs: Legs, taken: readonly number[], share: number): Promise<readonly number[]> {
  const { atoms, first } = legs;
  const isLong = (count: number): boolean => count > SPARSE * atoms.size;
  return takeHeaviest(legs, taken, (r) => first.kept(r, 0), {
    share,
    tooLong(counts, n) {
      const long = counts.filter(isLong);
      // a stage over all atoms costs as much as lists that hold a third of them, and no less for a few rows than for eight
      const dear = 3 * long.reduce((sum, count) => sum + count, 0) > Math.max(long.length, 8) * atoms.size;
      return dear && isLong(counts[n] as number);
    },
  });
}

/**
 * All of m from what the weights have summed to, and the velocity there with what lies beyond the first d coordinates. The
 * first leg did not see that: its velocity was off by Δ at its end, and by about Δ(s/s_end)⁴ before, so that m is off by
 * s·Δ/5. It is put right by that much; two and a half times as much is added to the error.
 */
async function handOver(
  { pool, atoms, dense, first, second }: Legs,
  from: Flight,
  to: Flight,
  rows: readonly number[],
): Promise<void> {
  const { dim, prefixDim: d } = atoms;
  const spent: RowMatrix = {
    ...{ kind: "f32", address: first.spent, rows: from.size, columns: atoms.size },
    ...{ stride: 4 * atoms.padded, padded: 4 * Math.ceil(from.size / 4) },
  };
  const sums = await spentSums({ pool, atoms, dense }, spent);
  for (const r of rows) to.state.set(sums(r), r * dim);
  const evaluate = async (): Promise<void> => {
    await second.evaluate({ rows, s: to.s, state: to.state, out: to.velocity, peak: to.peak, leader: to.leader, stage: 0 });
    for (const r of rows) to.nfe[r] = (to.nfe[r] as number) + 1;
  };
  await evaluate();
  const wide = 16 * Math.ceil(dim / 16);
  const basis = pool.arena.f32(atoms.basis, d * wide).slice();
  for (const r of rows) {
    const s = to.s[r] as number;
    let squared = 0;
    for (let k = 0; k < d; k++) {
      const axis = basis.subarray(k * wide, k * wide + dim);
      let missed = -(from.velocity[r * d + k] as number);
      for (let p = 0; p < dim; p++) missed += (axis[p] as number) * (to.velocity[r * dim + p] as number);
      squared += missed * missed;
      for (let p = 0, q = r * dim; p < dim; p++, q++)
        to.state[q] = (to.state[q] as number) + ((s * missed) / 5) * (axis[p] as number);
    }
    to.error[r] = (to.error[r] as number) + 0.5 * s * Math.sqrt(squared);
    to.known[r] = 1;
  }
  await evaluate();
}
