import { type ChunkLogits, topOfRow } from "./pick-atoms.js";
import { RUN } from "./scan-graph.js";

/** What a pass over the chunks has found out about B queries so far. */
export interface RowProgress {
  /** The largest logit, [B]. */
  readonly top: Float64Array;
  /** The `count` largest peaks of runs, largest first, [B, count]: as many atoms are at least as large. */
  readonly peaks: Float64Array;
  readonly count: number;
  /** Atoms that a row keeps for float64, increasing, [B]; none yet where undefined. */
  readonly picked: (Picked | undefined)[];
  /** The largest logits of chunks with too many atoms to pick and too little precision to sum, [B] lists; none yet where undefined. */
  readonly open: (number[] | undefined)[];
}

/** Chosen atoms with their logits. */
export interface Picked {
  readonly indices: number[];
  readonly logits: number[];
}

/** No chunk seen yet; `count` is how many of the largest logits must be kept whatever they weigh. */
export function startRows(size: number, count: number): RowProgress {
  return {
    top: new Float64Array(size).fill(-Infinity),
    peaks: new Float64Array(size * count).fill(-Infinity),
    count,
    picked: Array.from({ length: size }),
    open: Array.from({ length: size }),
  };
}

/** Takes note of the peaks of row r of a chunk for query b; returns the largest logit of the row. */
export function seeRow(progress: RowProgress, b: number, chunk: ChunkLogits, r: number): number {
  const top = topOfRow(chunk, r);
  progress.top[b] = Math.max(progress.top[b] ?? -Infinity, top);
  const { count, peaks } = progress;
  const runs = chunk.atoms / RUN;
  for (let k = r * runs; count > 0 && k < (r + 1) * runs; k++) {
    const peak = chunk.peaks[k] ?? -Infinity;
    let at = (b + 1) * count - 1;
    if (!(peak > (peaks[at] ?? 0))) continue;
    for (; at > b * count && peak > (peaks[at - 1] ?? 0); at--) peaks[at] = peaks[at - 1] ?? 0;
    peaks[at] = peak;
  }
  return top;
}

/**
 * From which computed logit on atoms of query b count: those within `cut` nats of the largest so far, and all that can be among
 * the `count` largest when every logit is off by at most `delta`.
 */
export function thresholdOf({ top, peaks, count }: RowProgress, b: number, cut: number, delta: number): number {
  const weighty = (top[b] ?? -Infinity) - cut;
  return count === 0 ? weighty : Math.min(weighty, (peaks[(b + 1) * count - 1] ?? -Infinity) - 2 * delta);
}
