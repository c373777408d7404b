import { dopri5 } from "@fluxion/core";
import type { WasmPool } from "../wasm/index.js";

const LAST = dopri5.b.length - 1;
/** Bytes of the list of terms of one row: an address and a factor for every stage. */
const TERMS = 64;

/** Where the sum over a step goes. */
export interface StageSum {
  readonly address: number;
  /** How many weights. */
  readonly count: number;
  /** Whether there is a sum already, to be added to. */
  readonly keep: boolean;
}

/** The posterior weights of all stages of a step, kept until it is known whether the step is taken. */
export interface StageWeights {
  /** Makes room for n weights a stage of one row. */
  readonly hold: (row: number, n: number) => void;
  /** Where the weights of a stage go; 0 for stages that do not count in the sum of a step nor start the next. */
  readonly at: (stage: number, row: number) => number;
  /** Says what the weights of a stage sum to. */
  readonly setMass: (stage: number, row: number, mass: number) => void;
  readonly massOf: (stage: number, row: number) => number;
  /** Sets sums to ∫ λ ds over the step of every row, or adds it where `keep` is set, and makes the last stage the first of the next step. */
  readonly spend: (rows: readonly number[], step: Float64Array, to: (row: number) => StageSum) => Promise<void>;
  readonly free: () => void;
}

/** Weights of a batch of B rows. */
export function stageWeights({ arena, run }: WasmPool, size: number): StageWeights {
  const stores = dopri5.b.map(() => new Float64Array(size)); // addresses
  const masses = dopri5.b.map(() => new Float64Array(size));
  const terms = arena.allocate(size * TERMS);
  const store = (stage: number): Float64Array => stores[stage] as Float64Array;
  const massOf = (stage: number, row: number): number => (masses[stage] as Float64Array)[row] as number;
  const counts = (stage: number): boolean => dopri5.b[stage] !== 0 || stage === LAST;
  return {
    hold(row, n) {
      for (let stage = 0; stage <= LAST; stage++) if (counts(stage)) store(stage)[row] = arena.allocate(4 * n);
    },
    at: (stage, row) => store(stage)[row] as number,
    setMass(stage, row, mass) {
      (masses[stage] as Float64Array)[row] = mass;
    },
    massOf,
    async spend(rows, step, to) {
      const calls = rows.map((r) => {
        const at = terms + r * TERMS;
        let count = 0;
        for (const [stage, weight] of dopri5.b.entries()) {
          if (weight === 0) continue;
          arena.i32(at + 8 * count, 1)[0] = store(stage)[r] as number;
          arena.f32(at + 8 * count + 4, 1)[0] = ((step[r] as number) * weight) / massOf(stage, r);
          count++;
        }
        const sum = to(r);
        return [at, count, 4 * Math.ceil(sum.count / 4), sum.address, sum.keep ? 1 : 0];
      });
      await run("addStages", calls);
      for (const r of rows) {
        [store(0)[r], store(LAST)[r]] = [store(LAST)[r] as number, store(0)[r] as number];
        (masses[0] as Float64Array)[r] = massOf(LAST, r);
      }
    },
    free() {
      for (const addresses of stores) for (const address of addresses) if (address !== 0) arena.free(address);
      arena.free(terms);
    },
  };
}
