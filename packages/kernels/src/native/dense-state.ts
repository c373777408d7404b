import { emptyScan, type ScanQuery, type ScanState } from "@fluxion/core";
import type { KernelArray } from "./onnxruntime.js";
import type { ChunkLogits } from "./pick-atoms.js";
import { RUN } from "./scan-graph.js";

/** What the sums graph gives for the rows of one chunk; see `sumsModel`. */
export interface ChunkSums {
  readonly mean: KernelArray;
  readonly largest: KernelArray;
  readonly masses: KernelArray;
  readonly squares: KernelArray;
  readonly crosses: KernelArray;
  readonly halves: KernelArray;
  /** Atoms of the chunk, with padding. */
  readonly atoms: number;
  /** Whether the logits in `crosses` are relative to the largest of the row. */
  readonly relative: boolean;
}

/** A scan state under construction, whose means are those of y and whose logits lack the common term. */
export function emptyDense(size: number, dim: number, query: ScanQuery): ScanState {
  return emptyScan(size, dim, { ...query, tangent: undefined });
}

/** Σ over the runs of row r. */
function overRuns(values: KernelArray, r: number, runs: number): number {
  let sum = 0;
  for (let k = r * runs; k < (r + 1) * runs; k++) sum += values[k] ?? 0;
  return sum;
}

/** Adds row r of a chunk with largest logit `top` to query b; second moments by the pairwise update of [Chan1983]. */
export function absorbRow(state: ScanState, b: number, sums: ChunkSums, r: number, top: number): void {
  const D = state.mean.dim;
  const runs = sums.atoms / RUN;
  const unit = 1 / (sums.largest[r] ?? 0); // p = w·largest with w = 1 for the largest
  const share = overRuns(sums.masses, r, runs);
  const mass = share * unit;
  const cross = overRuns(sums.crosses, r, runs) * unit;
  const logitSum = Math.min(0, sums.relative ? cross : cross - top * mass); // no term is positive
  const shift = Math.max(top, state.top[b] ?? -Infinity);
  const [before, now] = [Math.exp((state.top[b] ?? -Infinity) - shift), Math.exp(top - shift)];
  const [massBefore, massNow] = [(state.mass[b] ?? 0) * before, mass * now];
  const total = massBefore + massNow;
  const part = massNow / total;
  let [squaredMean, squaredGap] = [0, 0];
  for (let d = b * D, k = r * D; d < (b + 1) * D; d++, k++) {
    const value = (sums.mean[k] ?? 0) / share;
    const gap = value - (state.mean.data[d] ?? 0);
    squaredMean += value * value;
    squaredGap += gap * gap;
    state.mean.data[d] = (state.mean.data[d] ?? 0) + gap * part;
  }
  const within = Math.max(0, (2 * overRuns(sums.halves, r, runs)) / share - squaredMean); // a variance is not negative
  state.spread[b] = (state.spread[b] ?? 0) * before + within * massNow + massBefore * part * squaredGap;
  state.logitSum[b] =
    shifted(state.logitSum[b] ?? 0, state.mass[b] ?? 0, (state.top[b] ?? -Infinity) - shift, before) +
    shifted(logitSum, mass, top - shift, now);
  state.massSquared[b] =
    (state.massSquared[b] ?? 0) * before * before + overRuns(sums.squares, r, runs) * unit * unit * now * now;
  state.mass[b] = total;
  state.top[b] = shift;
}

/** Σw(ℓ − top) after the reference moves up by −shift; what vanishes adds nothing. */
function shifted(logitSum: number, mass: number, shift: number, scale: number): number {
  return scale === 0 ? 0 : scale * (logitSum + shift * mass);
}

/** Inserts the largest logits of row r of a chunk that begins at atom `from` into the list of query b; earlier atoms win ties. */
export function absorbTop({ best }: ScanState, b: number, chunk: ChunkLogits, r: number, from: number): void {
  const { count, logits, indices } = best;
  if (count === 0) return;
  const last = (b + 1) * count - 1;
  const runs = chunk.atoms / RUN;
  for (let k = 0; k < runs; k++) {
    if (!((chunk.peaks[r * runs + k] ?? -Infinity) > (logits[last] ?? 0))) continue;
    for (let i = k * RUN; i < Math.min((k + 1) * RUN, chunk.valid); i++) {
      const logit = chunk.logits[r * chunk.atoms + i] ?? -Infinity;
      if (!(logit > (logits[last] ?? 0))) continue;
      let at = last;
      for (; at > b * count && logit > (logits[at - 1] ?? 0); at--) {
        logits[at] = logits[at - 1] ?? 0;
        indices[at] = indices[at - 1] ?? -1;
      }
      logits[at] = logit;
      indices[at] = from + i;
    }
  }
}
