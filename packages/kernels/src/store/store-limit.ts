import { type DataLimit, dataLimit, type Points, points, row, zeros } from "@fluxion/core";
import type { BlockReader } from "./block-reader.js";
import { allRuns } from "./exact-scan.js";

/** The nearest rows of one query so far: all at the same squared distance. */
interface Nearest {
  squared: number;
  indices: number[];
  rows: Float32Array[];
  logWeights: number[];
}

/**
 * The limit at the data over a store, in one pass: the nearest rows are collected, and what they say is `dataLimit` of them
 * alone, so that the answer is that of all rows in memory. Rows that repeat count as atoms of their own.
 * @throws RangeError as `dataLimit` does.
 */
export async function storeLimit(reader: BlockReader, blocks: number, x: Points, top: number): Promise<DataLimit> {
  const best = Array.from({ length: x.size }, (): Nearest => ({ squared: Infinity, indices: [], rows: [], logWeights: [] }));
  for await (const group of reader.groups(allRuns(blocks, reader.runBlocks))) {
    for (const { rows, logWeights, firstIndex } of group) {
      for (const [b, found] of best.entries()) lookThrough(found, row(x, b), { rows, logWeights, firstIndex });
    }
  }
  const out: DataLimit = {
    denoiser: zeros(x.size, x.dim),
    distance: new Float64Array(x.size),
    ties: new Int32Array(x.size),
    entropy: new Float64Array(x.size),
    ess: new Float64Array(x.size),
    traceCov: new Float64Array(x.size),
    top: { count: top, indices: new Int32Array(x.size * top).fill(-1), weights: new Float64Array(x.size * top) },
  };
  for (const [b, found] of best.entries()) put(out, b, x, found);
  return out;
}

function lookThrough(
  found: Nearest,
  x: Float64Array,
  {
    rows,
    logWeights,
    firstIndex,
  }: { readonly rows: Float32Array; readonly logWeights: Float64Array; readonly firstIndex: number },
): void {
  const D = x.length;
  for (let i = 0; i < logWeights.length; i++) {
    let squared = 0;
    for (let d = 0; d < D; d++) squared += ((x[d] ?? 0) - (rows[i * D + d] ?? 0)) ** 2;
    if (squared > found.squared || squared === Infinity) continue;
    if (squared < found.squared) Object.assign(found, { squared, indices: [], rows: [], logWeights: [] });
    found.indices.push(firstIndex + i);
    found.rows.push(rows.slice(i * D, (i + 1) * D));
    found.logWeights.push(logWeights[i] ?? 0);
  }
}

function put(out: DataLimit, b: number, x: Points, { indices, rows, logWeights }: Nearest): void {
  if (indices.length === 0) {
    throw new RangeError(
      `Cannot find the nearest atom: the squared distance of point ${b} overflows; expected a point near the data`,
    );
  }
  const D = x.dim;
  const near = new Float64Array(indices.length * D);
  for (const [i, values] of rows.entries()) near.set(values, i * D);
  const top = Math.min(out.top.count, indices.length);
  const one = dataLimit({ points: points(near, D), logWeights: Float64Array.from(logWeights) }, points(row(x, b), D), top);
  out.denoiser.data.set(one.denoiser.data, b * D);
  for (const part of ["distance", "ties", "entropy", "ess", "traceCov"] as const) out[part][b] = one[part][0] ?? Number.NaN;
  for (let k = 0; k < top; k++) {
    out.top.indices[b * out.top.count + k] = indices[one.top.indices[k] ?? -1] ?? -1;
    out.top.weights[b * out.top.count + k] = one.top.weights[k] ?? 0;
  }
}
