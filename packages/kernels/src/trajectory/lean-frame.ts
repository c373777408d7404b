import type { WasmPool } from "../wasm/index.js";
import type { AtomLists } from "./atom-lists.js";
import { euclidean } from "./direct-frame.js";
import type { Flight } from "./flight.js";
import { type Frame, PROBE, type StageCall } from "./frame.js";
import type { KernelAtoms } from "./kernel-atoms.js";
import type { NoiseProducts } from "./prefix-frame.js";
import { stageWeights } from "./stage-weights.js";

/** Bytes of a `ListRow` and of a `TailRow`. */
const ROW = 64;
/** Weights are relative to a guess of log Z; where it is wrong by more than this, floats run out. */
const FAR = 60;
/** Share of the mass whose logits stay those of the first d coordinates. */
const LIGHT = 0.05;
/** Share of the mass that a list may drop after a step. */
const DROPPED = 1e-4;

/**
 * The second leg: for each row a list of atoms, the first d coordinates of m as state, and what lies beyond them beside it.
 * That part is small and moves slowly: m·y_j beyond d is formed for the atoms that weigh most once a step, and extrapolated in
 * a straight line between. What the line missed is known at the end of the step, and enters its error.
 */
export interface LeanFrame extends Frame {
  /** Takes m in all coordinates of rows that have their lists, and finds their velocities at s. */
  readonly start: (flight: Flight, rows: readonly number[], m: (row: number) => Float64Array) => Promise<void>;
  /** m in all coordinates of a row, from its state. */
  readonly whole: (row: number, state: Float64Array) => Float64Array;
  readonly free: () => void;
}

/** Trajectories of a batch of B rows over lists of atoms. */
export function leanFrame(pool: WasmPool, atoms: KernelAtoms, lists: AtomLists, size: number, noise: NoiseProducts): LeanFrame {
  const { arena } = pool;
  const { prefixDim: d, dim } = atoms;
  const wide = 64 * Math.ceil((dim * 4) / 64);
  const weights = stageWeights(pool, size);
  const extras = new Map<number, number>(); // spent, tails, rates and spare weights of a row, `roomOf` bytes each
  const rooms = new Float64Array(size);
  const since = new Float64Array(size); // s at which the tails are those of now
  const guess = new Float64Array(size); // log Z of the last evaluation
  const largest = new Float64Array(size); // the largest weight of the last stage
  const at = {
    rows: arena.allocate(size * ROW),
    tailRows: arena.allocate(size * ROW),
    states: arena.allocate(size * d * 4),
    outs: arena.allocate(size * d * 4),
    tails: arena.allocate(2 * size * wide), // m beyond the first d coordinates, and its rate
  };
  arena.f32(at.tails, (2 * size * wide) / 4).fill(0);
  const extra = (r: number, k: number): number => (extras.get(r) as number) + k * (rooms[r] as number);

  const run = async ({ rows, s, state, stage }: StageCall): Promise<void> => {
    const calls = rows.map((r) => {
      const address = at.rows + r * ROW;
      arena.f32(at.states + r * d * 4, d).set(state.subarray(r * d, (r + 1) * d));
      const store = stage === PROBE || weights.at(stage, r) === 0 ? extra(r, 3) : weights.at(stage, r);
      const q = noise.address + r * noise.stride;
      const pointers = [lists.at(r) + 4, lists.countOf(r), q, at.states + r * d * 4, at.outs + r * d * 4, store];
      arena.i32(address, 8).set([...pointers, extra(r, 1), extra(r, 2)]);
      arena.f32(address + 32, 3).set([s[r] as number, (s[r] as number) - (since[r] as number), guess[r] as number]);
      return [atoms.listData, address];
    });
    await pool.run("leanStage", calls, 256);
  };

  const evaluate = async (call: StageCall): Promise<void> => {
    let { rows } = call;
    while (rows.length > 0) {
      await run({ ...call, rows });
      rows = rows.filter((r) => {
        const found = arena.f32(at.rows + r * ROW + 44, 2);
        const [mass, most] = [found[0] as number, found[1] as number];
        if (!(Math.abs(Math.log(most)) < FAR)) {
          guess[r] = (guess[r] as number) + (most > 0 ? Math.log(most) : -FAR);
          return true;
        }
        guess[r] = (guess[r] as number) + Math.log(mass);
        if (call.stage !== PROBE) {
          weights.setMass(call.stage, r, mass);
          largest[r] = most;
        }
        call.leader[r] = arena.i32(at.rows + r * ROW + 52, 1)[0] as number;
        call.peak[r] = most / mass;
        const sums = arena.f32(at.outs + r * d * 4, d);
        for (let k = 0; k < d; k++) call.out[r * d + k] = (sums[k] as number) / mass;
        return false;
      });
    }
  };

  /** Forms anew what lies beyond the first d coordinates, from the weights at s and what they summed to since. */
  const refresh = async ({ s }: Flight, rows: readonly number[]): Promise<void> => {
    const calls = rows.map((r) => {
      const address = at.tailRows + r * ROW;
      arena.i32(address, 4).set([lists.at(r) + 4, lists.countOf(r), extra(r, 0), weights.at(0, r)]);
      arena.f32(address + 16, 2).set([1 / weights.massOf(0, r), largest[r] as number]);
      arena.i32(address + 24, 4).set([at.tails + 2 * r * wide, at.tails + (2 * r + 1) * wide, extra(r, 1), extra(r, 2)]);
      arena.f32(address + 40, 1)[0] = LIGHT;
      since[r] = s[r] as number;
      return [atoms.listData, address];
    });
    await pool.run("refreshTails", calls, 1024 + 4 * d);
  };

  const velocities = (
    { s, state, velocity, peak, leader, nfe }: Flight,
    rows: readonly number[],
    out = velocity,
  ): Promise<void> => {
    for (const r of rows) nfe[r] = (nfe[r] as number) + 1;
    return evaluate({ rows, s, state, out, peak, leader, stage: 0 });
  };

  return {
    width: d,
    evaluate,
    norm: euclidean,
    async accepted(flight, rows) {
      await weights.spend(rows, flight.taken, (r) => ({ address: extra(r, 0), count: lists.countOf(r), keep: false }));
      await refresh(flight, rows);
      const shrink = rows.map((r) => [
        weights.at(0, r),
        lists.countOf(r),
        DROPPED,
        largest[r] as number,
        lists.at(r) + 4,
        lists.at(r),
        extra(r, 1),
        extra(r, 2),
      ]);
      await pool.run("keepHeaviest", shrink, 1024);
      lists.recount(rows);
      const before = flight.velocity.slice();
      await velocities(flight, rows);
      for (const r of rows) missed(flight, r, before, 3);
    },
    async start(flight, rows, m) {
      for (const r of rows) {
        const count = lists.countOf(r) + 4;
        rooms[r] = 64 * Math.ceil((4 * count) / 64);
        extras.set(r, arena.allocate(4 * (rooms[r] as number)));
        arena.f32(extra(r, 0), ((rooms[r] as number) / 4) * 3).fill(0);
        weights.hold(r, count);
        since[r] = flight.s[r] as number;
        arena.f32(at.tails + 2 * r * wide, dim).set(m(r));
      }
      const rough = new Float64Array(flight.velocity.length);
      await velocities(flight, rows, rough);
      await refresh(flight, rows);
      await velocities(flight, rows);
      for (const r of rows) flight.known[r] = 1;
    },
    whole(row, state) {
      const m = Float64Array.from(arena.f32(at.tails + 2 * row * wide, dim));
      const basis = arena.f32(atoms.basis, (d * wide) / 4);
      for (let k = 0; k < d; k++) {
        const along = state[row * d + k] as number;
        for (let p = 0, q = (k * wide) / 4; p < dim; p++, q++) m[p] = (m[p] as number) + along * (basis[q] as number);
      }
      return m;
    },
    free() {
      weights.free();
      for (const address of [...extras.values(), ...Object.values(at)]) arena.free(address);
    },
  };
}

/**
 * Adds to the error of a row what its last step did not know: the velocity at its end is now another. What was missed grew
 * from nothing over the step, at least linearly where `power` is 2; a power higher each time it is known to start flatter.
 */
export function missed({ error, taken, velocity, width }: Flight, r: number, before: Float64Array, power: number): void {
  let squared = 0;
  for (let k = r * width; k < (r + 1) * width; k++) squared += ((velocity[k] as number) - (before[k] as number)) ** 2;
  error[r] = (error[r] as number) + ((taken[r] as number) * Math.sqrt(squared)) / power;
}
