import type { ScanQuery, ScanState } from "@fluxion/core";
import { type AtomBias, type AtomChunk, atomBias, chunksOf, kernelArray } from "./atom-table.js";
import type { CentredQuery } from "./centred-query.js";
import type { ChunkPlan } from "./chunk-plan.js";
import { absorbRow, absorbTop, emptyDense } from "./dense-state.js";
import { type LogitSizes, logitRounding } from "./logit-rounding.js";
import type { KernelArray } from "./onnxruntime.js";
import { type ChunkLogits, pickAtoms, positionOfTop } from "./pick-atoms.js";
import { type RowProgress, seeRow, startRows, thresholdOf } from "./row-progress.js";
import { RUN } from "./scan-graph.js";
import { type PassTools, type Precision, rowsFor, type Workspace } from "./workspace.js";

/** What a pass does with a row and a chunk. */
export interface PassRules {
  /** Nats below the largest logit from which on atoms are left out, if the logits were exact. */
  readonly cut: number;
  /** Logits that are off by more are not worth summing over. */
  readonly usable: number;
  /** How many atoms of a chunk may be picked for float64 instead of summing over all. */
  readonly most: number;
}

/** What a pass starts from. */
export interface PassSetup {
  readonly plan: ChunkPlan;
  readonly rules: PassRules;
  readonly terms: LogitTerms;
}

/** What the logits of all rows share, and how far each may be off. */
export interface LogitTerms {
  readonly bias: AtomBias;
  /** Bound of the logits, [B]. */
  readonly delta: Float64Array;
  /** What those follow from. */
  sizesOf(b: number): LogitSizes;
}

/** The biases of all atoms in chunks of `atoms`, and the rounding of logits whose terms meet `depth` roundings at most. */
export function logitTerms(
  { logitTable, logWeights, dim }: PassTools,
  centred: CentredQuery,
  query: ScanQuery,
  { atoms, depth }: { readonly atoms: number; readonly depth: number },
): LogitTerms {
  const bias = atomBias(logitTable, logWeights, query, atoms);
  const sizesOf = (b: number): LogitSizes => {
    const [steepness = 0, distance = 0, offset = 0] = [centred.steepness[b], centred.distance[b], centred.offset[b]];
    return { dim, depth, bias: bias.largest, steepness, distance, offset };
  };
  return { bias, delta: centred.distance.map((_, b) => logitRounding(logitTable, sizesOf(b), query)), sizesOf };
}

/** What a pass found. */
export interface PassResult {
  /** Sums over the chunks that were summed; logits lack the common term, means are those of y. */
  readonly dense: ScanState;
  /** Bound of the logits, [B]. */
  readonly delta: Float64Array;
  /** No less than every |q·y + bias|, [B]. */
  readonly sizes: Float64Array;
  readonly progress: RowProgress;
  /** Pairs of each query that went into `dense`, [B]. */
  readonly summed: Float64Array;
}

/** What all chunks of a pass share. */
interface Job extends PassResult, Workspace {
  readonly tools: PassTools;
  readonly rules: PassRules;
  readonly curvature: number;
  readonly slopes: Float64Array;
  readonly bias: KernelArray;
}

/** A tile of queries: `count` of them from `first` on, with at least two rows of q. */
interface Tile {
  readonly q: KernelArray;
  readonly first: number;
  readonly count: number;
}

/** Chunks after which a tile none of whose rows can be answered is given up. */
const PATIENCE = 2;

/**
 * One pass over all chunks of atoms for all rows: the logits of a chunk, then for each row either nothing (all negligible), or
 * its few weighty atoms for float64, or sums over the whole chunk; the second product is made for such rows only.
 */
export async function runPass(
  { tools, pool }: Pick<Precision, "tools" | "pool">,
  centred: CentredQuery,
  query: ScanQuery,
  { plan, rules, terms }: PassSetup,
): Promise<PassResult> {
  const size = centred.distance.length;
  const workspace = pool.take(plan);
  const job = startJob(tools, centred, query, { rules, terms, workspace });
  for (let first = 0; first < size; first += plan.rows) {
    const count = Math.min(plan.rows, size - first);
    const q = kernelArray(tools.logitTable.format, rowsFor(count) * tools.dim);
    q.set(centred.slopes.subarray(first * tools.dim, (first + count) * tools.dim));
    for (const [k, chunk] of chunksOf(tools.logitTable.halfNorms.length, plan.atoms).entries()) {
      if (k === PATIENCE && isHopeless(job.progress, first, count)) break;
      await runChunk(job, { q, first, count }, chunk);
    }
  }
  pool.giveBack(plan, workspace);
  return job;
}

const isHopeless = ({ open }: RowProgress, first: number, count: number): boolean =>
  open.slice(first, first + count).every((tops) => tops?.length === PATIENCE);

function startJob(
  tools: PassTools,
  centred: CentredQuery,
  query: ScanQuery,
  { rules, terms: { bias, delta }, workspace }: Pick<PassSetup, "rules" | "terms"> & { readonly workspace: Workspace },
): Job {
  const size = centred.distance.length;
  const { logitTable, dim } = tools;
  return {
    ...workspace,
    tools,
    rules,
    delta,
    sizes: centred.steepness.map((steepness) => steepness * logitTable.norm + bias.largest),
    progress: startRows(size, query.top),
    dense: emptyDense(size, dim, query),
    summed: new Float64Array(size),
    curvature: (query.alpha * query.alpha) / query.variance,
    slopes: centred.slopes,
    bias: bias.values,
  };
}

/** Logits of a tile over one chunk, then what each row needs. */
async function runChunk(job: Job, tile: Tile, chunk: AtomChunk): Promise<void> {
  const { tools, logits, peaks } = job;
  const atoms = chunk.length;
  const rows = rowsFor(tile.count);
  const runs = atoms / RUN;
  await tools.logits.run(
    {
      q: { data: tile.q, shape: [rows, tools.dim] },
      y: { data: job.read(chunk), shape: [atoms, tools.dim] },
      bias: { data: job.bias.subarray(chunk.from, chunk.from + atoms), shape: [atoms] },
    },
    {
      logits: { data: logits.subarray(0, rows * atoms), shape: [rows, atoms] },
      peaks: { data: peaks.subarray(0, rows * runs), shape: [rows, runs] },
    },
  );
  const seen = { logits, peaks, atoms, valid: chunk.to - chunk.from };
  const summed: SummedRow[] = [];
  for (let r = 0; r < tile.count; r++) {
    const b = tile.first + r;
    const top = seeRow(job.progress, b, seen, r);
    if (lookAt(job, b, seen, r, top, chunk.from)) summed.push({ r, b, top, at: positionOfTop(seen, r, top) });
  }
  if (summed.length > 0) await sumChunk(job, summed, chunk);
}

/** Picks the atoms of a row that matter, or notes that they are too many; true when the row is to be summed over the chunk. */
function lookAt(
  { progress, rules, delta, dense }: Job,
  b: number,
  seen: ChunkLogits,
  r: number,
  top: number,
  from: number,
): boolean {
  const off = delta[b] ?? Infinity;
  const threshold = thresholdOf(progress, b, rules.cut + 2 * off, off);
  if (top < threshold) return false;
  const picked = progress.picked[b] ?? { indices: [], logits: [] };
  const before = picked.indices.length;
  if (pickAtoms(seen, r, { threshold, most: rules.most }, picked.indices)) {
    for (let k = before; k < picked.indices.length; k++) {
      const i = picked.indices[k] ?? 0;
      picked.logits.push(seen.logits[r * seen.atoms + i] ?? 0);
      picked.indices[k] = from + i;
    }
    progress.picked[b] = picked;
    return false;
  }
  if (off <= rules.usable) {
    absorbTop(dense, b, seen, r, from);
    return true;
  }
  progress.open[b] = [...(progress.open[b] ?? []), top];
  return false;
}

/** A row of a tile that is summed over a chunk: its query, its largest logit, and where in the chunk that is. */
interface SummedRow {
  readonly r: number;
  readonly b: number;
  readonly top: number;
  readonly at: number;
}

/** Sums over one chunk for some rows of a tile, which are moved together first. */
async function sumChunk(
  { logits, summer, dense, summed, slopes, curvature }: Job,
  rows: readonly SummedRow[],
  chunk: AtomChunk,
): Promise<void> {
  const atoms = chunk.length;
  rows.forEach(({ r }, to) => {
    if (r !== to) logits.copyWithin(to * atoms, r * atoms, (r + 1) * atoms);
  });
  const count = rowsFor(rows.length);
  await summer.run({ data: logits.subarray(0, count * atoms), shape: [count, atoms] }, chunk);
  rows.forEach(({ b, top, at }, r) => {
    absorbRow(dense, b, summer.row(r, top, at, { slopes, query: b, curvature }), top);
    summed[b] = (summed[b] ?? 0) + chunk.to - chunk.from;
  });
}
