import { emptyScan, mergeScans, type ScanQuery, type ScanState } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { CHUNK, chunksOf, type RowLayout, type ShardRange, TILE } from "./layout.js";
import type { AtomScale, PreparedQuery } from "./prepare.js";
import type { ShardOutput } from "./run-shard.js";
import type { ShardRequest } from "./steps.js";

/** From device units back to those of the data, for the queries from `first` on. */
export interface StateFrame {
  readonly bound: BoundAtoms;
  readonly scale: AtomScale;
  readonly layout: RowLayout;
  readonly prepared: PreparedQuery;
  readonly first: number;
}

/** The state of a shard for `size` queries, its chunks merged from first to last in float64. */
export function shardState(
  output: ShardOutput,
  range: ShardRange,
  request: ShardRequest,
  query: ScanQuery,
  { size, ...frame }: StateFrame & { readonly size: number },
): ScanState {
  let state = emptyScan(size, frame.bound.dim, query);
  for (let chunk = 0; chunk < chunksOf(range); chunk++) {
    const part = emptyScan(size, frame.bound.dim, query);
    fillSums(part, output, chunk, request.rows, frame);
    if (request.spread) fillSpread(part, output, chunk, range, { ...request, unit: frame.scale.unit });
    if (request.tangent) fillTangent(part, output, chunk, request.rows, frame);
    if (request.top > 0) fillBest(part, output, chunk, range, { ...request, frame });
    state = chunk === 0 ? part : mergeScans(state, part, query);
  }
  return state;
}

function fillSums(
  state: ScanState,
  output: ShardOutput,
  chunk: number,
  rows: number,
  { bound, scale, layout, prepared, first }: StateFrame,
): void {
  const sums = new Float32Array(output.get("sums") ?? new ArrayBuffer());
  const means = new Float32Array(output.get("means") ?? new ArrayBuffer());
  for (let b = 0; b < state.top.length; b++) {
    const at = chunk * rows + b;
    const [top = 0, mass = 0, massSquared = 0, logitSum = 0] = sums.subarray(4 * at, 4 * at + 4);
    state.top[b] = top + (prepared.shift[first + b] ?? 0);
    state.mass[b] = mass > 0 ? mass : Number.NaN; // the kernel's sign of a row for float64, which no merge may wash out
    state.massSquared[b] = massSquared;
    state.logitSum[b] = logitSum;
    const mean = means.subarray(4 * layout.quads * at, 4 * layout.quads * at + bound.dim);
    mean.forEach((y, d) => {
      state.mean.data[b * bound.dim + d] = (bound.center[d] ?? 0) + scale.unit * y;
    });
  }
}

function fillSpread(
  state: ScanState,
  output: ShardOutput,
  chunk: number,
  { stride }: ShardRange,
  { rows, streamed, unit }: ShardRequest & { readonly unit: number },
): void {
  const spreads = new Float32Array(output.get("spreads") ?? new ArrayBuffer());
  const perChunk = streamed ? 1 : CHUNK / TILE;
  const end = streamed ? chunk + 1 : Math.min((chunk + 1) * perChunk, stride / TILE);
  for (let part = chunk * perChunk; part < end; part++) {
    for (let b = 0; b < state.spread.length; b++) {
      state.spread[b] = (state.spread[b] ?? 0) + unit * unit * (spreads[part * rows + b] ?? 0);
    }
  }
}

/** The device knows directions of unit length. */
function fillTangent(
  { tangent }: ScanState,
  output: ShardOutput,
  chunk: number,
  rows: number,
  { bound: { dim }, scale, layout, prepared, first }: StateFrame,
): void {
  if (tangent === undefined) return;
  const tangents = new Float32Array(output.get("tangents") ?? new ArrayBuffer());
  for (let b = 0; b < tangent.size; b++) {
    const at = 4 * layout.quads * (chunk * rows + b);
    const factor = scale.unit * scale.unit * (prepared.lengths[first + b] ?? 0);
    for (let d = 0; d < dim; d++) tangent.data[b * dim + d] = factor * (tangents[at + d] ?? 0);
  }
}

/** The device takes no more than a chunk has; in float64, with the shift of the row, logits may tie that differed before. */
function fillBest(
  { best, top }: ScanState,
  output: ShardOutput,
  chunk: number,
  range: ShardRange,
  { rows, top: wanted, frame }: ShardRequest & { readonly frame: StateFrame },
): void {
  const bits = output.get("best") ?? new ArrayBuffer();
  const [logits, atoms] = [new Float32Array(bits), new Uint32Array(bits)];
  const taken = Math.min(wanted, CHUNK);
  const there = Math.min(taken, range.count - chunk * CHUNK);
  for (let b = 0; b < top.length; b++) {
    const shift = frame.prepared.shift[frame.first + b] ?? 0;
    const entries = Array.from({ length: there }, (_, k) => {
      const at = 2 * ((chunk * rows + b) * taken + k);
      return { index: frame.scale.kept[range.from + (atoms[at + 1] ?? 0)] ?? -1, logit: (logits[at] ?? 0) + shift };
    });
    entries.sort((p, q) => q.logit - p.logit || p.index - q.index);
    for (const [k, { index, logit }] of entries.entries()) {
      best.indices[b * best.count + k] = index;
      best.logits[b * best.count + k] = logit;
    }
  }
}
