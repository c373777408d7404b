/**
 * Reads of a store only what a promise needs. Every query ranks the blocks by an upper bound of their mass and reads them
 * best first, in rounds that at most double what it has read; it is done when what it has not read provably weighs little.
 * Eq. (E1) of the error algebra: a share τ of the posterior left out moves the mean by at most τ times the diameter.
 *
 * What a query reads depends on the query and the store alone, and blocks are merged in a fixed order (by round, then by
 * place), so that neither the other queries nor the memory budget change a bit of its answer.
 */
import { mergeScans, type Points, type Scan, type ScanError, type ScanQuery, type ScanState, takeRows } from "@fluxion/core";
import { type BoundsInput, blockBounds, type RankedBlocks, rankBlocks } from "./block-bounds.js";
import type { BlockReader, Run } from "./block-reader.js";
import { settle } from "./exact-scan.js";
import { noError, widenError } from "./merged-error.js";
import type { ScanChunk } from "./scan-chunk.js";
import { errorOfRow, joinErrors, joinStates, queryOfRow, stateOfRow } from "./scan-rows.js";

/** What decides when a query is done. */
export interface Goal {
  /** The error of a query's own merged state, before what was left out. */
  readonly errorOf: (partial: PartialScan) => ScanError;
  /** Whether the scan of one query keeps the promise. */
  readonly met: (scan: Scan, partial: PartialScan) => boolean;
  /** The share that may be left out at first; it is lowered where that proves too much. */
  readonly share: number;
}

/** What one query has read so far. */
export interface PartialScan {
  /** The query, [1, D]. */
  readonly x: Points;
  readonly query: ScanQuery;
  readonly state: ScanState;
  readonly widest: ScanError;
  readonly chunks: number;
}

interface Search {
  readonly x: Points;
  readonly query: ScanQuery;
  readonly ranked: RankedBlocks;
  readonly widest: ScanError;
  state: ScanState | undefined;
  /** Blocks read: order[0 … read). */
  read: number;
  want: number;
  share: number;
  evaluations: number;
  result: Scan | undefined;
}

/** Below this share of the first one, reading on changes nothing: what is missing is not what was left out. */
const HOPELESS = 2 ** -12;

/** The scan of all queries, each from the blocks that it needs; `skipped` counts the pairs that were not read. */
export async function certifiedScan(
  reader: BlockReader,
  bounds: BoundsInput & { readonly size: number },
  scanChunk: ScanChunk,
  { x, query, goal }: { readonly x: Points; readonly query: ScanQuery; readonly goal: Goal },
): Promise<Scan> {
  const room = new Float64Array(bounds.index.blocks);
  const searches = Array.from({ length: x.size }, (_, b): Search => {
    const own = takeRows(x, [b]);
    const ranked = rankBlocks(blockBounds(bounds, own.data, query, room));
    const start = { state: undefined, read: 0, want: 1, share: goal.share, evaluations: 0, result: undefined };
    return { x: own, query: queryOfRow(query, b), ranked, widest: noError(1), ...start };
  });
  for (let open = searches; open.length > 0; open = open.filter(({ result }) => result === undefined)) {
    await readRound(reader, scanChunk, open, query);
    for (const search of open) conclude(search, goal);
  }
  const results = searches.map(({ result }) => result).filter((result) => result !== undefined);
  const evaluations = results.reduce((sum, scan) => sum + scan.evaluations, 0);
  return {
    state: joinStates(results.map(({ state }) => state)),
    error: joinErrors(results.map(({ error }) => error)),
    evaluations,
    skipped: x.size * bounds.size - evaluations,
  };
}

/** Reads what every open query wants next, each block once, and scans it for those who want it. */
async function readRound(reader: BlockReader, scanChunk: ScanChunk, open: readonly Search[], query: ScanQuery): Promise<void> {
  const pairs: number[] = [];
  for (const [q, { ranked, read, want }] of open.entries()) {
    for (const block of ranked.order.subarray(read, want)) pairs.push(block * open.length + q);
  }
  const sorted = Float64Array.from(pairs).sort();
  const blockAt = (i: number): number => Math.floor((sorted[i] ?? Number.NaN) / open.length);
  let next = 0;
  for await (const group of reader.groups(
    runsOf(
      sorted.map((_, i) => blockAt(i)),
      reader.runBlocks,
    ),
  )) {
    const readers = group.map(({ block }) => {
      const from = next;
      while (blockAt(next) === block) next++;
      return Array.from(sorted.subarray(from, next), (pair) => open[pair % open.length]).filter((s) => s !== undefined);
    });
    const scans = await settle(
      group.map((chunk, i) => {
        const own = readers[i] ?? [];
        return scanChunk(chunk, joined(own.map((s) => s.x)), withTangents(query, own));
      }),
    );
    for (const [i, scan] of scans.entries()) for (const [j, search] of (readers[i] ?? []).entries()) take(search, scan, j);
  }
  for (const search of open) search.read = search.want;
}

function take(search: Search, scan: Scan, row: number): void {
  const state = stateOfRow(scan.state, row);
  search.state = search.state === undefined ? state : mergeScans(search.state, state, search.query);
  widenError(search.widest, errorOfRow(scan.error, row));
  search.evaluations += scan.evaluations / scan.state.mass.length;
}

const joined = (points: readonly Points[]): Points => {
  const dim = points[0]?.dim ?? 1;
  const data = new Float64Array(points.length * dim);
  for (const [b, point] of points.entries()) data.set(point.data, b * dim);
  return { data, size: points.length, dim };
};

function withTangents(query: ScanQuery, searches: readonly Search[]): ScanQuery {
  if (query.tangent === undefined) return query;
  return { ...query, tangent: joined(searches.map((s) => s.query.tangent).filter((v) => v !== undefined)) };
}

/** Distinct ascending blocks as runs of neighbours. */
export function* runsOf(ascending: ArrayLike<number>, longest: number): Generator<Run> {
  let run: Run | undefined;
  for (let i = 0; i < ascending.length; i++) {
    const block = ascending[i] ?? 0;
    if (run !== undefined && block < run.to) continue;
    if (run !== undefined && block === run.to && run.to - run.from < longest) run = { from: run.from, to: block + 1 };
    else {
      if (run !== undefined) yield run;
      run = { from: block, to: block + 1 };
    }
  }
  if (run !== undefined) yield run;
}

/** Decides whether a query is done, or how much more it reads. */
function conclude(search: Search, goal: Goal): void {
  const { x, query, state, widest, ranked, read, evaluations } = search;
  if (state === undefined) throw new Error("internal: a query without a block");
  const blocks = ranked.order.length;
  const partial = { x, query, state, widest, chunks: read };
  const error = goal.errorOf(partial);
  const left = read === blocks ? -Infinity : (ranked.tails[read] ?? -Infinity);
  const seen = seenMass(state, error); // log of no more than the true mass of what was read
  const skipped = shareOf(left - seen);
  const whole = { ...error, skipped: error.skipped.map((share) => Math.min(1, share + skipped)) };
  const scan = { state, error: whole, evaluations, skipped: 0 };
  if (read === blocks || goal.met(scan, partial)) {
    search.result = scan;
    return;
  }
  if (skipped <= search.share) search.share /= 4;
  if (search.share < goal.share * HOPELESS) {
    search.result = scan;
    return;
  }
  const target = Math.log(search.share) + seen;
  let enough = read + 1;
  while (enough < blocks && (ranked.tails[enough] ?? -Infinity) > target) enough++;
  search.want = Math.min(enough, 2 * read, blocks);
}

function seenMass({ top, mass }: ScanState, { logit, shift, mass: relative }: ScanError): number {
  const m = mass[0] ?? 0;
  if (!(m > 0)) return -Infinity;
  return (top[0] ?? 0) + Math.log(m) + Math.log1p(-(relative[0] ?? 0)) - (logit[0] ?? 0) - (shift[0] ?? 0);
}

/** R/(Z + R) from log R − log Z, no less. */
function shareOf(logRatio: number): number {
  if (logRatio === -Infinity) return 0;
  if (Number.isNaN(logRatio)) return 1;
  return Math.min(1, (1 / (1 + Math.exp(-logRatio))) * (1 + 8 * Number.EPSILON));
}
