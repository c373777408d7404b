import { dopri5 } from "@fluxion/core";
import type { WasmPool } from "../wasm/index.js";
import type { AtomLists } from "./atom-lists.js";
import { type Flight, lengthenDrift } from "./flight.js";
import type { KernelAtoms } from "./kernel-atoms.js";
import { leadingCoordinates } from "./leading-coordinates.js";
import type { ListFrame } from "./list-frame.js";
import type { PrefixFrame } from "./prefix-frame.js";
import { rowOf } from "./row.js";

/** The stage whose weights the prefix frame keeps and that no step of it needs any more. */
const FREE_STAGE = dopri5.b.length - 1;

/** What lists are made from: all atoms in few directions, and the listed ones in full. */
export interface ListMaker {
  readonly pool: WasmPool;
  readonly atoms: KernelAtoms;
  readonly lists: AtomLists;
  readonly first: PrefixFrame;
  readonly second: ListFrame;
}

/**
 * Lists for every row the atoms that weigh most among **all** atoms, so that those left out have at most `share` of the mass:
 * an atom that was negligible may become the one that captures. Weights of listed atoms are known, others are taken from the
 * first d coordinates. What had been left out by the end of the step moved the mean by no more than its share of the
 * diameter, half of it over the step; that is added to the error.
 */
export async function relist(maker: ListMaker, flight: Flight, rows: readonly number[], share: number): Promise<void> {
  const { pool, atoms, lists, first, second } = maker;
  const { arena } = pool;
  const { s, state, taken, size } = flight;
  const unused = { out: new Float64Array(size * first.width), peak: new Float64Array(size), leader: new Int32Array(size) };
  await first.evaluate({ rows, s, state: shown(maker, rows, state, size), stage: FREE_STAGE, ...unused });
  const sums = arena.allocate(4 * rows.length);
  const factors = rows.map((r) => Math.exp(second.kept(r).reference - first.kept(r, FREE_STAGE).reference));
  const puts = rows.map((r, n) => {
    const all = first.kept(r, FREE_STAGE).address;
    return [all, lists.at(r) + 4, second.kept(r).address, lists.countOf(r), factors[n] as number, sums + 4 * n];
  });
  await pool.run("putListed", puts);
  const most = rows.map((r, n) => {
    const [all, listed, factor] = [first.kept(r, FREE_STAGE), second.kept(r), factors[n] as number];
    const outside = Math.max(all.mass - (arena.f32(sums + 4 * n, 1)[0] as number), 0);
    lengthenDrift(flight, r, (outside / (outside + factor * listed.mass)) * atoms.radius * (taken[r] as number));
    return Math.max(all.largest, factor * listed.largest);
  });
  arena.free(sums);
  await takeHeaviest(maker, rows, (r, n) => ({ address: first.kept(r, FREE_STAGE).address, largest: most[n] as number }), {
    share,
  });
}

/** Lists the heaviest atoms of every row from the weights of all; rows whose lists are too long keep what they have. */
export async function takeHeaviest(
  { pool, atoms, lists }: Pick<ListMaker, "pool" | "atoms" | "lists">,
  rows: readonly number[],
  weights: (row: number, n: number) => { readonly address: number; readonly largest: number },
  {
    share,
    tooLong = () => false,
  }: { readonly share: number; readonly tooLong?: (counts: readonly number[], n: number) => boolean },
): Promise<readonly number[]> {
  const { arena } = pool;
  const room = 4 * (atoms.padded + 4);
  const found = arena.allocate(rows.length * room);
  const calls = rows.map((r, n) => {
    const { address, largest } = weights(r, n);
    return [address, atoms.padded, share, largest, 0, found + n * room];
  });
  await pool.run("keepHeaviest", calls, 1024);
  const counts = rows.map((_, n) => arena.i32(found + n * room, 1)[0] as number);
  const taken = rows.filter((r, n) => {
    if (tooLong(counts, n)) return false;
    lists.take(r, found + n * room);
    return true;
  });
  arena.free(found);
  return taken;
}

/** The states in the first d coordinates, [B, d]. */
function shown({ pool, atoms }: ListMaker, rows: readonly number[], state: Float64Array, size: number): Float64Array {
  const { dim, prefixDim: d } = atoms;
  const out = new Float64Array(size * d);
  for (const r of rows) leadingCoordinates(pool.arena, atoms, rowOf(state, r, dim), rowOf(out, r, d));
  return out;
}
