import type { Arena, WasmPool } from "../wasm/index.js";
import { type Frame, PROBE, type StageCall } from "./frame.js";
import type { KernelAtoms } from "./kernel-atoms.js";
import { euclidean } from "./row.js";
import { stageWeights } from "./stage-weights.js";

/** Atoms of one call. */
const CALL = 2048;
/** Bytes of a `PrefixRow`. */
const ROW = 32;
/** Weights are relative to a guess of log Z; where it is wrong by more than this, floats run out. */
const FAR = 60;

/** The dot products q_i = w_0·y_i of a batch: rows `stride` bytes apart. */
export interface NoiseProducts {
  readonly address: number;
  readonly stride: number;
}

/** Weights in the memory of the kernels, floats relative to exp(reference), with their sum and the largest of them. */
export interface KeptWeights {
  readonly address: number;
  readonly reference: number;
  readonly mass: number;
  readonly largest: number;
}

/** The first leg: all atoms, the first d coordinates of m, and the weights of all stages, whose sum is the rest of m. */
export interface PrefixFrame extends Frame {
  /** ∫ λ_i ds since the start, [B, padded] floats, and zeros up to a multiple of four rows. */
  readonly spent: number;
  /** The weights of a row at a stage, the last that was evaluated but for probes. */
  readonly kept: (row: number, stage: number) => KeptWeights;
  /** Weights from dot products elsewhere, at an address a row, which have all of m in them; `out` is not filled. */
  readonly weigh: (call: StageCall, products: (row: number) => number) => Promise<void>;
  readonly free: () => void;
}

/** What a prefix frame works on. */
interface PrefixMemory {
  readonly pool: WasmPool;
  readonly atoms: KernelAtoms;
  /** Where the dot products of a row are. */
  readonly productsAt: (row: number) => number;
  readonly weights: ReturnType<typeof stageWeights>;
  /** Calls that share the atoms, and the bytes of the answer of one. */
  readonly parts: number;
  readonly result: number;
  readonly at: { readonly states: number; readonly rows: number; readonly batch: number; readonly out: number };
  /** log Z of the last evaluation. */
  readonly guess: Float64Array;
  /** Of the last stage: the reference of the weights, and the largest of them. */
  readonly used: Float64Array;
  readonly largest: Float64Array;
}

/** Trajectories of a batch of B rows over all atoms. */
export function prefixFrame(pool: WasmPool, atoms: KernelAtoms, size: number, noise: NoiseProducts): PrefixFrame {
  const { arena } = pool;
  const { prefixDim: d, padded } = atoms;
  const slots = 4 * Math.ceil(size / 4);
  const weights = stageWeights(pool, size);
  for (let r = 0; r < size; r++) weights.hold(r, padded);
  const [guess, used, largest] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const parts = Math.ceil(padded / CALL);
  const result = slots * (2 + d) * 4;
  const at = {
    spent: arena.allocate(slots * padded * 4),
    states: arena.allocate(slots * d * 4),
    rows: arena.allocate(slots * ROW),
    batch: arena.allocate(64),
    out: arena.allocate(parts * result),
  };
  arena.f32(at.spent + size * padded * 4, (slots - size) * padded).fill(0);
  const started = new Set<number>(); // rows that have spent something
  const productsAt = (r: number): number => noise.address + r * noise.stride;
  const memory: PrefixMemory = { pool, atoms, productsAt, weights, parts, result, at, guess, used, largest };
  const evaluate = async (call: StageCall, products: (row: number) => number): Promise<void> => {
    let rows = call.stage === 0 ? atRest(memory, call) : call.rows;
    while (rows.length > 0) {
      const sums = await sumAtoms({ ...memory, productsAt: products }, { ...call, rows });
      rows = rows.filter((r, n) => takeSums(memory, call, r, sums.subarray(n * (2 + d), (n + 1) * (2 + d))));
    }
  };
  const still = new Float64Array(size * d);
  const unseen = new Float64Array(size * d);
  return {
    width: d,
    evaluate: (call) => evaluate(call, productsAt),
    weigh: (call, products) => evaluate({ ...call, state: still, out: unseen }, products),
    norm: euclidean,
    async accepted({ taken }, rows) {
      await weights.spend(rows, taken, (r) => ({ address: at.spent + r * padded * 4, count: padded, keep: started.has(r) }));
      for (const r of rows) started.add(r);
    },
    spent: at.spent,
    kept: (r, stage) => ({
      address: weights.at(stage, r),
      reference: used[r] as number,
      mass: weights.massOf(stage, r),
      largest: largest[r] as number,
    }),
    free() {
      weights.free();
      for (const address of Object.values(at)) arena.free(address);
    },
  };
}

/** At s = 0 the weights are those of the data and their mean is 0. Returns the rows that are elsewhere. */
function atRest({ pool: { arena }, atoms, weights }: PrefixMemory, { rows, s, out }: StageCall): readonly number[] {
  const { prefixDim: d, padded } = atoms;
  const still = rows.filter((r) => s[r] === 0);
  const prior = still.length > 0 ? arena.f32(atoms.bias, padded).map((log) => Math.exp(log)) : [];
  for (const r of still) {
    arena.f32(weights.at(0, r), padded).set(prior);
    weights.setMass(0, r, 1);
    out.fill(0, r * d, (r + 1) * d);
  }
  return rows.filter((r) => s[r] !== 0);
}

/** [Σ w, max w, Σ w y] of every row, [count, 2 + d]. */
async function sumAtoms(memory: PrefixMemory, { rows, s, state, stage }: StageCall): Promise<Float64Array> {
  const { pool, atoms, productsAt, weights, parts, result, at, guess } = memory;
  const { arena } = pool;
  const { prefixDim: d, padded } = atoms;
  const count = 4 * Math.ceil(rows.length / 4);
  for (let n = 0; n < count; n++) {
    const r = rows[Math.min(n, rows.length - 1)] as number;
    const sr = s[r] as number;
    arena.f32(at.states + n * d * 4, d).set(state.subarray(r * d, (r + 1) * d));
    const store = stage >= PROBE || n >= rows.length ? 0 : weights.at(stage, r);
    arena.i32(at.rows + n * ROW, 3).set([productsAt(r), store, at.states + n * d * 4]);
    arena.f32(at.rows + n * ROW + 12, 3).set([sr, sr * sr, guess[r] as number]);
  }
  arena.i32(at.batch, 6).set([atoms.panels, atoms.halfNorms, atoms.bias, d, at.rows, count]);
  const calls = Array.from({ length: parts }, (_, k) => {
    return [at.batch, k * CALL, Math.min(padded, (k + 1) * CALL), at.out + k * result];
  });
  await pool.run("prefixStage", calls, 1024 + count * (16 * d + 32));
  return summed(arena, at.out, [parts, result, count, 2 + d]);
}

/** Takes the sums of row r; says whether it has to be asked again. */
function takeSums({ weights, guess, used, largest }: PrefixMemory, call: StageCall, r: number, sums: Float64Array): boolean {
  const [mass, most] = [sums[0] as number, sums[1] as number];
  if (!(Math.abs(Math.log(most)) < FAR)) {
    guess[r] = (guess[r] as number) + (most > 0 ? Math.log(most) : -FAR);
    return true;
  }
  if (call.stage < PROBE) {
    weights.setMass(call.stage, r, mass);
    [used[r], largest[r]] = [guess[r] as number, most];
  }
  guess[r] = (guess[r] as number) + Math.log(mass);
  call.peak[r] = most / mass;
  const d = sums.length - 2;
  for (let k = 0; k < d; k++) call.out[r * d + k] = (sums[2 + k] as number) / mass;
  return false;
}

/** The sums of `parts` results, [rows, width], `step` bytes apart, in order; the second number of a row is a maximum. */
function summed(arena: Arena, out: number, [parts, step, rows, width]: readonly [number, number, number, number]): Float64Array {
  const sums = new Float64Array(rows * width);
  for (let k = 0; k < parts; k++) {
    const part = arena.f32(out + k * step, rows * width);
    for (let p = 0; p < part.length; p++) {
      const [sum, v] = [sums[p] as number, part[p] as number];
      sums[p] = p % width === 1 ? Math.max(sum, v) : sum + v;
    }
  }
  return sums;
}
