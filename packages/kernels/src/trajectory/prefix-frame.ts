import { dopri5 } from "@fluxion/core";
import type { Arena, WasmPool } from "../wasm/index.js";
import { euclidean } from "./direct-frame.js";
import type { Frame, StageCall } from "./frame.js";
import { PROBE } from "./frame.js";
import type { KernelAtoms } from "./kernel-atoms.js";

/** Atoms of one call. */
const CALL = 2048;
/** Bytes of a `PrefixRow`. */
const ROW = 32;
/** Weights are kept relative to a guess of log Z; beyond e^±60 of it floats run out. */
const FAR = 60;

/** The first leg: all atoms, the first d coordinates of m, and the weights of all stages, whose sum is the rest of m. */
export interface PrefixFrame extends Frame {
  /** ∫ λ_i ds since the start, [B, padded] floats, and zeros up to a multiple of four rows. */
  readonly spent: number;
  /** The weights at the last stage, relative to `largest`, of a row: an address. */
  readonly weightsOf: (row: number) => number;
  /** The largest of them. */
  readonly largestOf: (row: number) => number;
  readonly free: () => void;
}

/** `noise` is the address of q, [B] rows `stride` bytes apart. */
export function prefixFrame(
  pool: WasmPool,
  atoms: KernelAtoms,
  size: number,
  noise: { readonly address: number; readonly stride: number },
): PrefixFrame {
  const { arena } = pool;
  const { prefixDim: d, padded } = atoms;
  const line = 4 * padded;
  const slots = 4 * Math.ceil(size / 4);
  // where the weights of a stage are needed: those that count in the sum of the step, and the last, which starts the next
  const kept = dopri5.b.map((weight, j) => weight !== 0 || j === dopri5.b.length - 1);
  const stores = dopri5.b.map((_, j) => Array.from({ length: size }, () => (kept[j] ? arena.allocate(line) : 0)));
  const masses = dopri5.b.map(() => new Float64Array(size)); // Σ w of the weights as stored
  const largest = new Float64Array(size);
  const guess = new Float64Array(size); // log Z of the last evaluation
  const calls = Math.ceil(padded / CALL);
  const result = slots * (2 + d) * 4;
  const at = {
    spent: arena.allocate(slots * line),
    states: arena.allocate(slots * d * 4),
    rows: arena.allocate(slots * ROW),
    batch: arena.allocate(64),
    out: arena.allocate(calls * result),
    terms: arena.allocate(size * 64),
  };
  arena.f32(at.spent, slots * padded).fill(0);

  const run = async ({ rows, s, state, stage }: StageCall, references: Float64Array): Promise<Float64Array> => {
    const count = 4 * Math.ceil(rows.length / 4);
    for (let n = 0; n < count; n++) {
      const r = rows[Math.min(n, rows.length - 1)] as number;
      const sr = s[r] as number;
      arena.f32(at.states + n * d * 4, d).set(state.subarray(r * d, (r + 1) * d));
      const store = stage === PROBE || n >= rows.length ? 0 : (stores[stage]?.[r] ?? 0);
      arena.i32(at.rows + n * ROW, 3).set([noise.address + r * noise.stride, store, at.states + n * d * 4]);
      arena.f32(at.rows + n * ROW + 12, 3).set([sr, sr * sr, references[r] as number]);
    }
    arena.i32(at.batch, 6).set([atoms.panels, atoms.halfNorms, atoms.bias, d, at.rows, count]);
    const jobs = Array.from({ length: calls }, (_, k) => [
      at.batch,
      k * CALL,
      Math.min(padded, (k + 1) * CALL),
      at.out + k * result,
    ]);
    await pool.run("prefixStage", jobs, 1024 + count * (16 * d + 32));
    return summed(arena, at.out, { calls, step: result, count, width: 2 + d });
  };

  const evaluate = async (call: StageCall): Promise<void> => {
    let rows = call.stage === 0 ? atRest(call) : call.rows;
    while (rows.length > 0) {
      const sums = await run({ ...call, rows }, guess);
      const again: number[] = [];
      for (const [n, r] of rows.entries()) {
        const [mass, most] = [sums[n * (2 + d)] as number, sums[n * (2 + d) + 1] as number];
        if (!(Math.abs(Math.log(most)) < FAR)) {
          guess[r] = (guess[r] as number) + (most > 0 ? Math.log(most) : -FAR);
          again.push(r);
          continue;
        }
        if (call.stage !== PROBE) {
          (masses[call.stage] as Float64Array)[r] = mass;
          largest[r] = most;
        }
        guess[r] = (guess[r] as number) + Math.log(mass);
        call.peak[r] = most / mass;
        for (let k = 0; k < d; k++) call.out[r * d + k] = (sums[n * (2 + d) + 2 + k] as number) / mass;
      }
      rows = again;
    }
  };

  /** At s = 0 the weights are those of the data and their mean is 0; the rows that are elsewhere are returned. */
  const atRest = ({ rows, s, out }: StageCall): readonly number[] => {
    const still = rows.filter((r) => s[r] === 0);
    if (still.length === 0) return rows;
    const weights = arena.f32(atoms.bias, padded).map((log) => Math.exp(log));
    for (const r of still) {
      arena.f32(stores[0]?.[r] ?? 0, padded).set(weights);
      (masses[0] as Float64Array)[r] = 1;
      out.fill(0, r * d, (r + 1) * d);
    }
    return rows.filter((r) => s[r] !== 0);
  };

  return {
    width: d,
    evaluate,
    norm: euclidean,
    async accepted(rows, h) {
      const jobs = rows.map((r, n) => {
        const terms = dopri5.b.flatMap((weight, j) =>
          weight === 0
            ? []
            : [[stores[j]?.[r] ?? 0, ((h[r] as number) * weight) / ((masses[j] as Float64Array)[r] as number)] as const],
        );
        for (const [k, [address, factor]] of terms.entries()) {
          arena.i32(at.terms + n * 64 + k * 8, 1)[0] = address;
          arena.f32(at.terms + n * 64 + k * 8 + 4, 1)[0] = factor;
        }
        return [at.terms + n * 64, terms.length, padded, at.spent + r * line];
      });
      await pool.run("addStages", jobs);
      const [first, last] = [stores[0] as number[], stores[stores.length - 1] as number[]];
      for (const r of rows) {
        [first[r], last[r]] = [last[r] as number, first[r] as number];
        (masses[0] as Float64Array)[r] = (masses[masses.length - 1] as Float64Array)[r] as number;
      }
    },
    spent: at.spent,
    weightsOf: (r) => stores[0]?.[r] ?? 0,
    largestOf: (r) => largest[r] as number,
    free() {
      for (const address of [...stores.flat(), ...Object.values(at)]) if (address !== 0) arena.free(address);
    },
  };
}

/** The sums of all calls, [count, width], in the order of the atoms; the second number of a row is a maximum. */
function summed(
  arena: Arena,
  out: number,
  {
    calls,
    step,
    count,
    width,
  }: { readonly calls: number; readonly step: number; readonly count: number; readonly width: number },
): Float64Array {
  const sums = new Float64Array(count * width);
  for (let k = 0; k < calls; k++) {
    const part = arena.f32(out + k * step, count * width);
    for (let p = 0; p < part.length; p++) {
      const v = part[p] as number;
      sums[p] = p % width === 1 ? Math.max(sums[p] as number, v) : (sums[p] as number) + v;
    }
  }
  return sums;
}
