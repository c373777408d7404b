import type { Points, WeightedAtoms } from "@fluxion/core";
import { type BoundAtoms, bindAtoms } from "../bind/index.js";
import { type Arena, type RowMatrix, type WasmPool, type WasmPoolOptions, wasmPool } from "../wasm/index.js";
import { atomLists } from "./atom-lists.js";
import type { CaptureGround } from "./capture-ground.js";
import { screenCaptures } from "./capture-screen.js";
import type { Course, Leg, TrajectoryEngine } from "./course.js";
import { denseFrame } from "./dense-frame.js";
import { type DenseProducts, noiseProducts } from "./dense-products.js";
import { goOn, handOver } from "./hand-over.js";
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
const SHARES = { made: 3e-3, dropped: 1e-3, light: 0.01 };
/** Below this tolerance the first leg, which sees few directions, is too coarse. */
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
  const [noise, products] = [productRows(arena, w0.size, atoms.padded), productRows(arena, w0.size, atoms.padded)];
  await noiseProducts(ground, w0, noise);
  const lists = atomLists(arena, w0.size);
  const part = Math.sqrt(Math.min(1, tolerance / 1e-4));
  const first = prefixFrame(pool, atoms, w0.size, noise);
  const second = listFrame({ pool, atoms, noise }, lists, w0.size, SHARES.light * part);
  const capture: CaptureGround = { ...ground, start: w0.data, noise };
  const whole = denseFrame(capture, first, products);
  const maker: ListMaker = { pool, atoms, lists, first, second };
  const middle: Leg = { frame: whole, leaving: (_, taken) => listed(maker, taken, SHARES.made * part) };
  const last: Leg = {
    frame: { ...second, accepted: (flight, rows) => relist(maker, flight, rows, SHARES.dropped * part) },
    enter: goOn,
  };
  const coarse: Leg = { frame: first, leaving: async (_, taken) => taken };
  const enter: Leg["enter"] = (from, to, rows) => handOver({ ...ground, first, next: whole }, from, to, rows);
  return {
    legs: tolerance < FINE ? [middle, last] : [coarse, { ...middle, enter }, last],
    position: (row, state, s) =>
      center.map((c, d) => (w0.data[row * dim + d] as number) + s * c + (state[row * dim + d] as number)),
    prove: (question) => screenCaptures(capture, question),
    close() {
      for (const held of [first, second, lists]) held.free();
      for (const { address } of [noise, products]) arena.free(address);
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

/** The data of an engine. */
type Ground = Pick<CaptureGround, "pool" | "atoms" | "data" | "dense">;

/** Lists what weighs something after a step; rows whose list is short go on with it. */
function listed(maker: ListMaker, taken: readonly number[], share: number): Promise<readonly number[]> {
  const { atoms, first } = maker;
  const isLong = (count: number): boolean => count > SPARSE * atoms.size;
  return takeHeaviest(maker, taken, (r) => first.kept(r, 0), {
    share,
    tooLong(counts, n) {
      const long = counts.filter(isLong);
      // a stage over all atoms costs as much as lists that hold a third of them, and no less for a few rows than for eight
      const dear = 3 * long.reduce((sum, count) => sum + count, 0) > Math.max(long.length, 8) * atoms.size;
      return dear && isLong(counts[n] as number);
    },
  });
}
