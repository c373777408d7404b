import type { ScanQuery, ScanState } from "@fluxion/core";
import { type AtomChunk, type AtomTable, atomBias, chunksOf, kernelArray, paddedHalfNorms } from "./atom-table.js";
import type { CentredQuery } from "./centred-query.js";
import type { ChunkPlan } from "./chunk-plan.js";
import { absorbRow, absorbTop, type ChunkSums, emptyDense } from "./dense-state.js";
import { logitRounding } from "./logit-rounding.js";
import type { Kernel, KernelArray } from "./onnxruntime.js";
import { type ChunkLogits, pickAtoms } from "./pick-atoms.js";
import { type RowProgress, seeRow, startRows, thresholdOf } from "./row-progress.js";
import { RUN } from "./scan-graph.js";

/** Graphs and atoms of one precision. */
export interface PassTools {
  readonly logits: Kernel;
  readonly sums: Kernel;
  readonly logitTable: AtomTable;
  readonly sumTable: AtomTable;
  readonly logWeights: Float64Array;
  readonly dim: number;
  /** Most roundings of a term of a logit. */
  readonly depth: number;
}

/** What a pass does with a row and a chunk. */
export interface PassRules {
  /** Nats below the largest logit from which on atoms are left out, if the logits were exact. */
  readonly cut: number;
  /** Logits that are off by more are not worth summing over. */
  readonly usable: number;
  /** How many atoms of a chunk may be picked for float64 instead of summing over all. */
  readonly most: number;
}

/** What a pass found. */
export interface PassResult {
  /** Sums over the chunks that were summed; logits lack the common term, means are those of y. */
  readonly dense: ScanState;
  /** Bound of the logits, [B]. */
  readonly delta: Float64Array;
  readonly progress: RowProgress;
  /** Pairs of each query that went into `dense`, [B]. */
  readonly summed: Float64Array;
}

/** Arrays that one run of the graphs fills. */
interface Buffers {
  readonly logits: KernelArray;
  readonly peaks: KernelArray;
  readonly sums: Omit<ChunkSums, "atoms" | "relative">;
}

/**
 * One pass over all chunks of atoms for all rows: the logits of a chunk, then for each row either nothing (all negligible), or
 * its few weighty atoms for float64, or sums over the whole chunk; the second product is made for such rows only.
 */
export async function runPass(
  tools: PassTools,
  centred: CentredQuery,
  query: ScanQuery,
  plan: ChunkPlan,
  rules: PassRules,
): Promise<PassResult> {
  const size = centred.distance.length;
  const { logitTable, dim } = tools;
  const bias = atomBias(logitTable, tools.logWeights, query, plan.atoms);
  const sizes = { dim, depth: tools.depth, bias: bias.largest };
  const delta = Float64Array.from({ length: size }, (_, b) => {
    const [steepness = 0, distance = 0, offset = 0] = [centred.steepness[b], centred.distance[b], centred.offset[b]];
    return logitRounding(logitTable, { ...sizes, steepness, distance, offset }, query);
  });
  const progress = startRows(size, query.top);
  const dense = emptyDense(size, dim, query);
  const job: Job = {
    ...{ tools, plan, rules, delta, progress, dense },
    summed: new Float64Array(size),
    bias: bias.values,
    halfNorms: paddedHalfNorms(tools.sumTable, plan.atoms),
    logitRows: logitTable.reader(plan.atoms),
    sumRows: tools.sumTable.reader(plan.atoms),
    buffers: buffersOf(tools, plan),
  };
  for (let from = 0; from < size; from += plan.rows) {
    const count = Math.min(plan.rows, size - from);
    const q = kernelArray(logitTable.format, Math.max(2, count) * dim);
    q.set(centred.slopes.subarray(from * dim, (from + count) * dim));
    for (const chunk of chunksOf(logitTable.halfNorms.length, plan.atoms)) await runChunk(job, q, from, count, chunk);
  }
  return { dense, delta, progress, summed: job.summed };
}

/** What all chunks of a pass share. */
interface Job {
  readonly tools: PassTools;
  readonly plan: ChunkPlan;
  readonly rules: PassRules;
  readonly delta: Float64Array;
  readonly progress: RowProgress;
  readonly dense: ScanState;
  readonly summed: Float64Array;
  readonly bias: KernelArray;
  readonly halfNorms: KernelArray;
  readonly logitRows: (chunk: AtomChunk) => KernelArray;
  readonly sumRows: (chunk: AtomChunk) => KernelArray;
  readonly buffers: Buffers;
}

/** Logits of `count` queries from `first` on over one chunk, then what each row needs. */
async function runChunk(job: Job, q: KernelArray, first: number, count: number, chunk: AtomChunk): Promise<void> {
  const { tools, buffers, progress, rules, delta } = job;
  const rows = Math.max(2, count); // a single row would take another path through the library, with other sums
  const atoms = chunk.length;
  const runs = atoms / RUN;
  const y = { data: job.logitRows(chunk), shape: [atoms, tools.dim] };
  const bias = { data: job.bias.subarray(chunk.from, chunk.from + atoms), shape: [atoms] };
  const logits = { data: buffers.logits.subarray(0, rows * atoms), shape: [rows, atoms] };
  const peaks = { data: buffers.peaks.subarray(0, rows * runs), shape: [rows, runs] };
  await tools.logits.run({ q: { data: q, shape: [rows, tools.dim] }, y, bias }, { logits, peaks });
  const seen: ChunkLogits = { logits: buffers.logits, peaks: buffers.peaks, atoms, valid: chunk.to - chunk.from };
  const summed: number[] = []; // rows of the tile
  const tops: number[] = [];
  for (let r = 0; r < count; r++) {
    const b = first + r;
    const off = delta[b] ?? Infinity;
    const top = seeRow(progress, b, seen, r);
    const threshold = thresholdOf(progress, b, rules.cut + 2 * off, off);
    if (top < threshold) continue;
    const picked = progress.picked[b];
    const before = picked?.indices.length ?? 0;
    if (picked && pickAtoms(seen, r, { threshold, most: rules.most }, picked.indices)) {
      for (let k = before; k < picked.indices.length; k++) {
        const i = picked.indices[k] ?? 0;
        picked.logits.push(seen.logits[r * atoms + i] ?? 0);
        picked.indices[k] = chunk.from + i;
      }
    } else if (off <= rules.usable) {
      absorbTop(job.dense, b, seen, r, chunk.from);
      job.summed[b] = (job.summed[b] ?? 0) + chunk.to - chunk.from;
      summed.push(r);
      tops.push(top);
    } else progress.open[b]?.push(top);
  }
  if (summed.length > 0) await sumChunk(job, summed, tops, first, chunk);
}

/** Sums over one chunk for some rows of a tile, which are moved together first. */
async function sumChunk(
  job: Job,
  rows: readonly number[],
  tops: readonly number[],
  first: number,
  chunk: AtomChunk,
): Promise<void> {
  const { tools, buffers, dense } = job;
  const { length: atoms } = chunk;
  const runs = atoms / RUN;
  rows.forEach((r, to) => {
    if (r !== to) buffers.logits.copyWithin(to * atoms, r * atoms, (r + 1) * atoms);
  });
  const count = Math.max(2, rows.length);
  const { mean, largest, ...perRun } = buffers.sums;
  const inputs = {
    logits: { data: buffers.logits.subarray(0, count * atoms), shape: [count, atoms] },
    y: { data: job.sumRows(chunk), shape: [atoms, tools.dim] },
    halfNorms: { data: job.halfNorms.subarray(chunk.from, chunk.from + atoms), shape: [atoms] },
  };
  const outputs = {
    mean: { data: mean.subarray(0, count * tools.dim), shape: [count, tools.dim] },
    largest: { data: largest.subarray(0, count), shape: [count, 1] },
    ...Object.fromEntries(
      Object.entries(perRun).map(([name, data]) => [name, { data: data.subarray(0, count * runs), shape: [count, runs] }]),
    ),
  };
  await tools.sums.run(inputs, outputs);
  const relative = tools.logitTable.format !== tools.sumTable.format;
  const sums: ChunkSums = { ...buffers.sums, atoms, relative };
  rows.forEach((r, at) => {
    absorbRow(dense, first + r, sums, at, tops[at] ?? -Infinity);
  });
}

function buffersOf({ logitTable, sumTable, dim }: PassTools, { rows, atoms }: ChunkPlan): Buffers {
  const tall = Math.max(2, rows);
  const sums = (length: number): KernelArray => kernelArray(sumTable.format, length);
  const perRun = (): KernelArray => sums((tall * atoms) / RUN);
  return {
    logits: kernelArray(logitTable.format, tall * atoms),
    peaks: kernelArray(logitTable.format, (tall * atoms) / RUN),
    sums: {
      mean: sums(tall * dim),
      largest: sums(tall),
      masses: perRun(),
      squares: perRun(),
      crosses: perRun(),
      halves: perRun(),
    },
  };
}
