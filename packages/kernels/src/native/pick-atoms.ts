import type { KernelArray } from "./onnxruntime.js";
import { RUN } from "./scan-graph.js";

/** Logits of a chunk, and the largest of every run of `RUN` atoms. */
export interface ChunkLogits {
  /** [rows, atoms]. */
  readonly logits: KernelArray;
  /** [rows, atoms/RUN]. */
  readonly peaks: KernelArray;
  /** Atoms of the chunk, with padding. */
  readonly atoms: number;
  /** Those that are no padding. */
  readonly valid: number;
}

/** The largest logit of row r, −∞ for none. */
export function topOfRow({ peaks, atoms }: ChunkLogits, r: number): number {
  const runs = atoms / RUN;
  let top = -Infinity;
  for (let k = r * runs; k < (r + 1) * runs; k++) top = Math.max(top, peaks[k] ?? -Infinity);
  return top;
}

/** The position in the chunk of the first logit of row r that is `top`. */
export function positionOfTop({ logits, peaks, atoms }: ChunkLogits, r: number, top: number): number {
  const runs = atoms / RUN;
  let run = 0;
  while (run < runs - 1 && peaks[r * runs + run] !== top) run++;
  let at = r * atoms + run * RUN;
  const end = at + RUN - 1;
  while (at < end && logits[at] !== top) at++;
  return at - r * atoms;
}

/**
 * Appends to `out` the positions in the chunk, increasing, of the atoms of row r with logits of at least `threshold`; only
 * runs that hold one are read. Returns false, with `out` as it was, when there are more than `most`.
 */
export function pickAtoms(
  { logits, peaks, atoms, valid }: ChunkLogits,
  r: number,
  { threshold, most }: { readonly threshold: number; readonly most: number },
  out: number[],
): boolean {
  const runs = atoms / RUN;
  const before = out.length;
  for (let k = 0; k < runs; k++) {
    if (!((peaks[r * runs + k] ?? -Infinity) >= threshold)) continue;
    for (let i = k * RUN, at = r * atoms + i; i < Math.min((k + 1) * RUN, valid); i++, at++) {
      if ((logits[at] ?? -Infinity) >= threshold) out.push(i);
    }
    if (out.length - before > most) {
      out.length = before;
      return false;
    }
  }
  return true;
}
