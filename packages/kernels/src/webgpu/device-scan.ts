import { emptyScan, mergeScans, type ScanQuery, type ScanState, rows as takeView } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { copyRows } from "./copy-rows.js";
import type { DeviceShard } from "./device-atoms.js";
import { type BufferLimits, roundUp, rowsAtOnce, TILE } from "./layout.js";
import type { AtomScale, PreparedQuery } from "./prepare.js";
import { type DeviceWork, runShard } from "./run-shard.js";
import { shardState } from "./shard-state.js";

/** What a backend holds while it lives. */
export interface Holding {
  readonly bound: BoundAtoms;
  readonly scale: AtomScale;
  readonly work: DeviceWork;
  readonly shards: readonly DeviceShard[];
  readonly limits: BufferLimits;
  /** Bytes that each array of one visit should take. */
  readonly scratchBytes: number;
}

/** Puts the biases of a scan beside the atoms. */
export function writeBias({ shards, work }: Holding, bias: Float32Array): void {
  for (const { range, bias: buffer } of shards) {
    work.watched.device.queue.writeBuffer(buffer, 0, bias, range.from, range.count);
  }
}

/** The states of all rows over all atoms: as many rows at once as there is room for, shards merged from first to last. */
export async function deviceState(
  holding: Holding,
  prepared: PreparedQuery,
  query: ScanQuery,
  streamed: boolean,
): Promise<ScanState> {
  const { bound, scale, work, shards } = holding;
  const size = prepared.norm.length;
  const state = emptyScan(size, bound.dim, query);
  const rows = rowsOf(holding, size, { streamed, top: query.top });
  const width = 4 * work.layout.quads;
  for (let first = 0; first < size; first += rows) {
    const count = Math.min(rows, size - first);
    const padded = roundUp(count, TILE);
    const visitors = {
      queries: rowsFrom(prepared.rows, width, first, { count, padded }),
      ...(prepared.directions ? { directions: rowsFrom(prepared.directions, width, first, { count, padded }) } : {}),
    };
    const here = { ...query, tangent: query.tangent && takeView(query.tangent, first, first + count) };
    const { spread, top } = query;
    const tangent = query.tangent !== undefined;
    const request = { count, rows: padded, want: "states", streamed, spread, tangent, top } as const;
    const frame = { bound, scale, layout: work.layout, prepared, first, size: count };
    let part: ScanState | undefined;
    for (const shard of shards) {
      const output = await runShard(work, shard, visitors, request);
      const state = shardState(output, shard.range, request, here, frame);
      part = part === undefined ? state : mergeScans(part, state, here);
    }
    if (part !== undefined) copyRows(part, state, first);
  }
  return state;
}

/** The logits of some rows over all atoms kept, up to the shift of each row; one row after the other. */
export async function* deviceLogits(
  holding: Holding,
  prepared: PreparedQuery,
  chosen: readonly number[],
): AsyncGenerator<{ readonly row: number; readonly logits: Float32Array }> {
  const { scale, work, shards } = holding;
  const rows = rowsOf(holding, chosen.length, { streamed: false, top: 0 });
  for (let first = 0; first < chosen.length; first += rows) {
    const some = chosen.slice(first, first + rows);
    const padded = roundUp(some.length, TILE);
    const width = 4 * work.layout.quads;
    const queries = new Float32Array(padded * width);
    for (const [k, row] of some.entries()) queries.set(prepared.rows.subarray(row * width, (row + 1) * width), k * width);
    const outputs: Float32Array[] = [];
    for (const shard of shards) {
      const request = {
        count: some.length,
        rows: padded,
        want: "logits",
        streamed: false,
        spread: false,
        tangent: false,
        top: 0,
      } as const;
      const output = await runShard(work, shard, { queries }, request);
      outputs.push(new Float32Array(output.get("logits") ?? new ArrayBuffer()));
    }
    for (const [k, row] of some.entries()) {
      const logits = new Float32Array(scale.kept.length);
      shards.forEach(({ range }, s) => {
        const all = outputs[s] ?? new Float32Array();
        logits.set(all.subarray(k * range.stride, k * range.stride + range.count), range.from);
      });
      yield { row, logits };
    }
  }
}

/** How many rows go to the device at once: what the largest shard has room for. */
function rowsOf(
  { shards, work, limits, scratchBytes }: Holding,
  size: number,
  visit: { readonly streamed: boolean; readonly top: number },
): number {
  const options = { layout: work.layout, limits, scratch: scratchBytes, ...visit };
  return Math.min(...shards.map(({ range }) => rowsAtOnce(size, range, options)));
}

/** `count` rows from `first` on, and zeros up to `padded` rows. */
function rowsFrom(
  rows: Float32Array,
  width: number,
  first: number,
  { count, padded }: { readonly count: number; readonly padded: number },
): Float32Array {
  const out = new Float32Array(padded * width);
  out.set(rows.subarray(first * width, (first + count) * width));
  return out;
}
