import type { RowMatrix } from "../wasm/index.js";
import { type DenseProducts, spentSums } from "./dense-products.js";
import type { Flight } from "./flight.js";
import type { Frame } from "./frame.js";
import { leadingAxis } from "./leading-coordinates.js";
import type { ListMaker } from "./relist.js";
import { addRow, dotRows, euclidean, rowOf } from "./row.js";

/** What is handed over, and to whom. */
export interface HandOver extends Pick<ListMaker, "pool" | "atoms" | "first"> {
  readonly dense: DenseProducts | undefined;
  /** The frame of the leg that begins. */
  readonly next: Frame;
}

/**
 * Part of s·Δ that m may be off by after a leg in the first d coordinates whose velocity is off by Δ at its end: Δ grows like a
 * power of s, and from 0.1 to 0.5 of s·Δ was measured on clothes.
 */
const OFF = 0.5;

/**
 * All of m from what the weights have summed to, and the velocity there with what lies beyond the first d coordinates, of which
 * the leg did not know: what the velocity was off by in those d, and as much again beyond them, is added to the drift.
 */
export async function handOver(ground: HandOver, from: Flight, to: Flight, rows: readonly number[]): Promise<void> {
  const { pool, atoms, dense, first, next } = ground;
  const { dim, prefixDim: d } = atoms;
  const spent: RowMatrix = {
    ...{ kind: "f32", address: first.spent, rows: from.size, columns: atoms.size },
    ...{ stride: 4 * atoms.padded, padded: 4 * Math.ceil(from.size / 4) },
  };
  const sums = await spentSums({ pool, atoms, dense }, spent);
  for (const r of rows) to.state.set(sums(r), r * dim);
  await next.evaluate({ rows, s: to.s, state: to.state, out: to.velocity, peak: to.peak, leader: to.leader, stage: 0 });
  for (const r of rows) {
    const [drift, growth, velocity] = [rowOf(to.drift, r, dim), rowOf(to.growth, r, dim), rowOf(to.velocity, r, dim)];
    const missed = new Float64Array(dim);
    for (let k = 0; k < d; k++) {
      const axis = leadingAxis(pool.arena, atoms, k);
      const at = r * d + k;
      addRow(missed, axis, dotRows(axis, velocity) - (from.velocity[at] as number));
      addRow(drift, axis, from.drift[at] as number);
      addRow(growth, axis, from.growth[at] as number);
    }
    const off = 2 * OFF * (to.s[r] as number);
    addRow(drift, missed, dotRows(drift, missed) < 0 ? -off : off);
    to.error[r] = euclidean(drift);
    to.nfe[r] = (to.nfe[r] as number) + 1;
    to.known[r] = 1;
  }
}

/** The same in a frame of the same coordinates. */
export function goOn(from: Flight, to: Flight): void {
  for (const part of ["state", "velocity", "drift", "growth"] as const) to[part].set(from[part]);
  to.known.set(from.known);
}
