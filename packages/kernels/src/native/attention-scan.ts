import type { Points, ScanError, ScanQuery, ScanState } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { type AtomTable, atomBias } from "./atom-table.js";
import { headSizes } from "./attention-graph.js";
import { attendedError, attentionRounding } from "./attention-rounding.js";
import { centreQuery } from "./centred-query.js";
import { emptyResult, forgetSums } from "./join-rows.js";
import { logitRounding } from "./logit-rounding.js";
import type { Kernel, KernelArray } from "./onnxruntime.js";
import type { PartialScan } from "./partial-scan.js";

/** Coordinates up to which attention takes less time than two products with a softmax between. */
const MOST_DIM = 64;
/** Pairs a run: some tens of milliseconds, between which the event loop turns. */
const PAIRS = 2 ** 26;

/** The attention graph with the atoms as it reads them. */
export interface Attention {
  readonly kernel: Kernel;
  readonly table: AtomTable;
  /** log π_i relative to the largest, [N]. */
  readonly logWeights: Float64Array;
  /** Rows (y, 1, ‖y‖²/2, 0, …), [N, values]. */
  readonly values: Float32Array;
}

/** Whether a query wants no more than attention gives, and `epsilon` may be in its reach. */
export function attends(bound: BoundAtoms, table: AtomTable, query: ScanQuery, epsilon: number): boolean {
  if (query.sums !== "mean" || query.spread || query.top > 0 || query.tangent !== undefined) return false;
  return bound.dim <= MOST_DIM && attentionRounding(table).sums <= epsilon;
}

/** The values of all atoms of a table. */
export function attentionValues({ reader, halfNorms }: AtomTable, dim: number): Float32Array {
  const size = halfNorms.length;
  const { values: width } = headSizes(dim);
  const rows = reader(size)({ from: 0, to: size, length: size });
  const out = new Float32Array(size * width);
  for (let i = 0, at = 0; i < size; i++, at += width) {
    for (let d = 0; d < dim; d++) out[at + d] = rows[i * dim + d] ?? 0;
    out[at + dim] = 1;
    out[at + dim + 1] = halfNorms[i] ?? 0;
  }
  return out;
}

/**
 * The means of all rows from one pass over all atoms, in float32, and no other sums; `seen` is 0 for rows whose logits are off by
 * more than `usable`.
 */
export async function scanAttention(
  { kernel, table, logWeights, values }: Attention,
  bound: BoundAtoms,
  { x, query, usable }: { readonly x: Points; readonly query: ScanQuery; readonly usable: number },
): Promise<PartialScan> {
  const { size, dim, center } = bound;
  const sizes = headSizes(dim);
  const centred = centreQuery(x, query, bound);
  const bias = atomBias(table, logWeights, query, 1);
  const out = withoutSums(x, query);
  const seen = new Float64Array(x.size);
  const rounding = attentionRounding(table);
  const rows: number[] = [];
  for (let b = 0; b < x.size; b++) {
    const [steepness = 0, distance = 0, offset = 0] = [centred.steepness[b], centred.distance[b], centred.offset[b]];
    const at = { dim, depth: dim + 2, bias: bias.largest, steepness, distance, offset };
    const delta = logitRounding(table, at, query) + rounding.weight;
    out.error.logit[b] = delta;
    out.error.skipped[b] = Math.min(1, rounding.lost * Math.exp(2 * delta) * (1 + 1e-12));
    if (delta <= usable) rows.push(b);
  }
  if (rows.length === 0) return { ...out, seen };
  const k = { data: keysOf(values, bias.values, dim), shape: [1, size, sizes.keys] };
  const v = { data: values, shape: [1, size, sizes.values] };
  const centerNorm = Math.sqrt(center.reduce((sum, c) => sum + c * c, 0));
  const step = Math.max(1, Math.floor(PAIRS / size));
  for (let first = 0; first < rows.length; first += step) {
    const part = rows.slice(first, first + step);
    const q = queriesOf(centred.slopes, part, dim);
    const sums = new Float32Array(part.length * sizes.values);
    await kernel.run(
      { q: { data: q, shape: [1, part.length, sizes.keys] }, k, v },
      { sums: { data: sums, shape: [1, part.length, sizes.values] } },
    );
    part.forEach((b, r) => {
      const at = r * sizes.values;
      const mass = sums[at + dim] ?? 0;
      let squared = 0;
      for (let d = 0; d < dim; d++) {
        const y = (sums[at + d] ?? 0) / mass;
        squared += y * y;
        out.state.mean.data[b * dim + d] = (center[d] ?? 0) + y;
      }
      const row = { norm: Math.sqrt(squared), half: (sums[at + dim + 1] ?? 0) / mass };
      const { mean, deviation } = attendedError(row, rounding, table, centerNorm);
      out.error.mean[b] = mean;
      out.error.deviation[b] = deviation;
      seen[b] = size;
    });
  }
  return { ...out, seen };
}

/** (q, 1, 0, …) of some queries, [rows, keys]. */
function queriesOf(slopes: Float64Array, rows: readonly number[], dim: number): Float32Array {
  const { keys: width } = headSizes(dim);
  const out = new Float32Array(rows.length * width);
  rows.forEach((b, r) => {
    for (let d = 0; d < dim; d++) out[r * width + d] = slopes[b * dim + d] ?? 0;
    out[r * width + dim] = 1;
  });
  return out;
}

/** (y, bias, 0, …) of all atoms, [N, keys]. */
function keysOf(values: Float32Array, bias: KernelArray, dim: number): Float32Array {
  const { keys: width, values: valueWidth } = headSizes(dim);
  const size = values.length / valueWidth;
  const out = new Float32Array(size * width);
  for (let i = 0; i < size; i++) {
    for (let d = 0; d < dim; d++) out[i * width + d] = values[i * valueWidth + d] ?? 0;
    out[i * width + dim] = bias[i] ?? 0;
  }
  return out;
}

/** Rows whose sums beyond the mean are not made. */
function withoutSums(x: Points, query: ScanQuery): { state: ScanState; error: Required<ScanError> } {
  const out = emptyResult(x.size, x.dim, query);
  forgetSums(out);
  out.error.mean.fill(Infinity);
  return out;
}
