import type { WasmPool } from "../wasm/index.js";
import type { AtomLists } from "./atom-lists.js";
import { type Frame, PROBE, type StageCall } from "./frame.js";
import type { KernelAtoms } from "./kernel-atoms.js";
import type { KeptWeights, NoiseProducts } from "./prefix-frame.js";
import { euclidean } from "./row.js";

/** Bytes of a `ListRow`. */
const ROW = 64;
/** Lists this short are evaluated in full. */
const SHORT = 64;
/** What the probe, which measures what light atoms cost, leaves of their share. */
const PROBED = 1 / 8;
/** Lists at least this long are shared by several calls where rows are few: by this many for every thread. */
const LONG = 8192;
const PARTS = 4;
/** Weights are relative to a guess of log Z; where it is wrong by more than this, floats run out. */
const FAR = 40;

/** The second leg: for each row the atoms that still weigh something, and all coordinates of m. */
export interface ListFrame extends Frame {
  /** The weights of the list of a row at the last stage. */
  readonly kept: (row: number) => KeptWeights;
  readonly free: () => void;
}

/** What a list frame works on. */
interface ListMemory {
  readonly pool: WasmPool;
  readonly atoms: KernelAtoms;
  readonly noise: NoiseProducts;
  readonly lists: AtomLists;
  /** Share of the mass whose logits are those of the first d coordinates. */
  readonly light: number;
  /** Bytes from one state to the next. */
  readonly wide: number;
  readonly at: { readonly rows: number; readonly states: number; readonly outs: number };
  /** Of the last stage, and of the probe after them, `rooms` bytes each. */
  readonly weights: Map<number, number>;
  readonly rooms: Float64Array;
  /** log Z of the last evaluation. */
  readonly guess: Float64Array;
  /** Of the last stage: the reference of the weights, their sum, and the largest. */
  readonly used: Float64Array;
  readonly mass: Float64Array;
  readonly largest: Float64Array;
}

/** Trajectories of a batch of B rows over lists of atoms; the logits of a share `light` of the mass see d coordinates only. */
export function listFrame(
  { pool, atoms, noise }: { readonly pool: WasmPool; readonly atoms: KernelAtoms; readonly noise: NoiseProducts },
  lists: AtomLists,
  size: number,
  light: number,
): ListFrame {
  const { arena } = pool;
  const { dim } = atoms;
  const wide = 64 * Math.ceil((dim * 4) / 64);
  const slots = Math.max(size, PARTS * pool.threads());
  const at = { rows: arena.allocate(slots * ROW), states: arena.allocate(size * wide), outs: arena.allocate(slots * wide) };
  arena.f32(at.states, (size * wide) / 4).fill(0);
  const [rooms, guess] = [new Float64Array(size), new Float64Array(size)];
  const [used, mass, largest] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const weights = new Map<number, number>();
  const memory: ListMemory = { pool, atoms, noise, lists, light, wide, at, weights, rooms, guess, used, mass, largest };
  return {
    width: dim,
    async evaluate(call) {
      let { rows } = call;
      while (rows.length > 0) {
        const parts = partsOf(memory, rows);
        await runLists(memory, { ...call, rows }, parts);
        rows = rows.filter((r, n) => takeAnswer(memory, call, { parts, n, r }));
      }
    },
    norm: euclidean,
    kept: (r) => ({
      address: weights.get(r) as number,
      reference: used[r] as number,
      mass: mass[r] as number,
      largest: largest[r] as number,
    }),
    free() {
      for (const address of [...weights.values(), ...Object.values(at)]) arena.free(address);
    },
  };
}

/** How many calls share the list of a row, so that few rows keep all threads busy. */
function partsOf({ pool, lists }: ListMemory, rows: readonly number[]): number {
  const longest = rows.reduce((most, r) => Math.max(most, lists.countOf(r)), 0);
  return longest < LONG ? 1 : Math.max(1, Math.floor((PARTS * pool.threads()) / rows.length));
}

/** Where the weights of a row go; memory is taken when it is asked for more than it has. */
function storeOf({ pool, lists, weights, rooms }: ListMemory, r: number, stage: number): number {
  const room = 16 * Math.ceil((lists.countOf(r) + 4) / 4);
  if (room > (rooms[r] as number)) {
    const old = weights.get(r);
    if (old !== undefined) pool.arena.free(old);
    rooms[r] = room;
    weights.set(r, pool.arena.allocate(2 * room));
  }
  return (weights.get(r) as number) + (stage >= PROBE ? (rooms[r] as number) : 0);
}

/** Evaluates the lists of all rows, each in parts. */
async function runLists(memory: ListMemory, { rows, s, state, stage }: StageCall, parts: number): Promise<void> {
  const { pool, atoms, noise, lists, light, wide, at, guess, used } = memory;
  const { arena } = pool;
  const { dim, prefixDim } = atoms;
  const calls = rows.flatMap((r, n) => {
    arena.f32(at.states + r * wide, dim).set(state.subarray(r * dim, (r + 1) * dim));
    const store = storeOf(memory, r, stage);
    if (stage < PROBE) used[r] = guess[r] as number;
    const count = lists.countOf(r);
    const share = count <= SHORT ? 0 : light * (stage === PROBE ? PROBED : 1);
    const each = 4 * Math.ceil(count / (4 * parts));
    return Array.from({ length: parts }, (_, k) => {
      const address = at.rows + (n * parts + k) * ROW;
      const from = Math.min(count, k * each);
      const pointers = [lists.at(r) + 4 + 4 * from, Math.min(each, count - from), noise.address + r * noise.stride];
      arena.i32(address, 6).set([...pointers, at.states + r * wide, at.outs + (n * parts + k) * wide, store + 4 * from]);
      arena.f32(address + 24, 3).set([s[r] as number, guess[r] as number, share]);
      return [atoms.listData, address];
    });
  });
  await pool.run("listStage", calls, 8 * prefixDim + 1024 + 512);
}

/** Takes the answers for the n-th row, r; says whether it has to be asked again. */
function takeAnswer(
  { pool: { arena }, atoms: { dim }, at, wide, guess, mass, largest }: ListMemory,
  { stage, out, peak, leader }: StageCall,
  { parts, n, r }: { readonly parts: number; readonly n: number; readonly r: number },
): boolean {
  let [sum, most] = [0, 0];
  out.fill(0, r * dim, (r + 1) * dim);
  for (let k = n * parts; k < (n + 1) * parts; k++) {
    const found = arena.f32(at.rows + k * ROW + 36, 2);
    sum += found[0] as number;
    if ((found[1] as number) > most) {
      most = found[1] as number;
      leader[r] = arena.i32(at.rows + k * ROW + 44, 1)[0] as number;
    }
    const sums = arena.f32(at.outs + k * wide, dim);
    for (let p = 0, q = r * dim; p < dim; p++, q++) out[q] = (out[q] as number) + (sums[p] as number);
  }
  if (!(Math.abs(Math.log(most)) < FAR)) {
    guess[r] = (guess[r] as number) + (most > 0 ? Math.log(most) : -FAR);
    return true;
  }
  guess[r] = (guess[r] as number) + Math.log(sum);
  if (stage < PROBE) [mass[r], largest[r]] = [sum, most];
  peak[r] = most / sum;
  for (let q = r * dim; q < (r + 1) * dim; q++) out[q] = (out[q] as number) / sum;
  return false;
}
