import { emptyScan, type Points, type ScanQuery, type ScanState } from "@fluxion/core";
import type { KernelArray } from "./onnxruntime.js";
import type { ChunkLogits } from "./pick-atoms.js";
import { RUN } from "./scan-graph.js";

/** Sums over the shares p = ŵ·largest of one row of a chunk. */
export interface RowSums {
  /** Σp y, [D], from position `from` on. */
  readonly products: KernelArray;
  readonly from: number;
  /** The share of the largest logit. */
  readonly largest: number;
  /** Σp. */
  readonly share: number;
  /** Σp². */
  readonly squares: number;
  /** Σp(ℓ − top). */
  readonly gaps: number;
  /** Σp‖y‖²/2. */
  readonly halves: number;
}

/** A scan state under construction, whose means are those of y and whose logits lack the common term. */
export function emptyDense(size: number, dim: number, query: ScanQuery): ScanState {
  return emptyScan(size, dim, { ...query, tangent: undefined });
}

/** Adds a chunk with largest logit `top` to query b; second moments by the pairwise update of [Chan1983]. */
export function absorbRow(state: ScanState, b: number, sums: RowSums, top: number): void {
  const unit = 1 / sums.largest;
  const [topBefore, massBefore] = [state.top[b] ?? -Infinity, state.mass[b] ?? 0];
  const shift = Math.max(top, topBefore);
  const [before, now] = [Math.exp(topBefore - shift), Math.exp(top - shift)];
  const mass = sums.share * unit;
  const total = massBefore * before + mass * now;
  const part = (mass * now) / total;
  const { ofMean, ofGap } = moveMean(state.mean, b, sums, part);
  const within = Math.max(0, (2 * sums.halves) / sums.share - ofMean); // a variance is not negative
  state.spread[b] = (state.spread[b] ?? 0) * before + within * mass * now + massBefore * before * part * ofGap;
  const gaps = Math.min(0, sums.gaps) * unit; // no term is positive
  state.logitSum[b] =
    shifted(state.logitSum[b] ?? 0, massBefore, topBefore - shift, before) + shifted(gaps, mass, top - shift, now);
  state.massSquared[b] = (state.massSquared[b] ?? 0) * before * before + sums.squares * unit * unit * now * now;
  state.mass[b] = total;
  state.top[b] = shift;
}

/** Moves row b of the means by `part` of the way to Σpy/Σp; returns the squared norms of that and of the way. */
function moveMean(
  { data, dim }: Points,
  b: number,
  { products, from, share }: RowSums,
  part: number,
): { ofMean: number; ofGap: number } {
  const scale = 1 / share;
  let [ofMean, ofGap] = [0, 0];
  for (let d = 0, at = b * dim; d < dim; d++, at++) {
    const value = (products[from + d] as number) * scale;
    const old = data[at] as number;
    const gap = value - old;
    ofMean += value * value;
    ofGap += gap * gap;
    data[at] = old + gap * part;
  }
  return { ofMean, ofGap };
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
