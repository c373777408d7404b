import { mergeScans, type Points, type Scan, type ScanQuery, type ScanState } from "@fluxion/core";
import type { BlockReader, Run } from "./block-reader.js";
import { type MergedScan, noError, widenError } from "./merged-error.js";
import type { ScanChunk } from "./scan-chunk.js";

/** Blocks [0, blocks) in runs that fill a read buffer. */
export function* allRuns(blocks: number, runBlocks: number): Generator<Run> {
  for (let from = 0; from < blocks; from += runBlocks) yield { from, to: Math.min(blocks, from + runBlocks) };
}

/** All blocks for all queries, in one pass over the store, merged from first to last. */
export async function exactScan(
  reader: BlockReader,
  blocks: number,
  scanChunk: ScanChunk,
  { x, query }: { readonly x: Points; readonly query: ScanQuery },
): Promise<MergedScan & Pick<Scan, "evaluations">> {
  let state: ScanState | undefined;
  let [chunks, evaluations] = [0, 0];
  const widest = noError(x.size);
  for await (const group of reader.groups(allRuns(blocks, reader.runBlocks))) {
    const scans = await settle(group.map((chunk) => scanChunk(chunk, x, query)));
    for (const scan of scans) {
      state = state === undefined ? scan.state : mergeScans(state, scan.state, query);
      widenError(widest, scan.error);
      evaluations += scan.evaluations;
      chunks++;
    }
  }
  if (state === undefined) throw new Error("internal: a store without blocks");
  return { x, query, state, widest, chunks, evaluations };
}

/** All results, or the first error once no scan still reads its chunk. */
export async function settle<T>(work: readonly (T | Promise<T>)[]): Promise<T[]> {
  const out: T[] = [];
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") throw result.reason;
    out.push(result.value);
  }
  return out;
}
