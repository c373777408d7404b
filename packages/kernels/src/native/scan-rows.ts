import { type Points, type Scan, type ScanQuery, takeRows } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import type { AtomTable } from "./atom-table.js";
import { centreQuery } from "./centred-query.js";
import type { ChunkPlan } from "./chunk-plan.js";
import { scanGathered } from "./gathered-scan.js";
import { copyRow, emptyResult, joinParts } from "./join-rows.js";
import type { Kernel } from "./onnxruntime.js";
import { runPass } from "./pass.js";
import { thresholdOf } from "./row-progress.js";
import { sumRounding } from "./sum-rounding.js";

/** Graphs of one precision, and the atoms as they read them. */
export interface Tier {
  readonly logits: Kernel;
  readonly sums: Kernel;
  readonly logitTable: AtomTable;
  readonly sumTable: AtomTable;
  readonly bound: BoundAtoms;
}

/** A scan of which some rows may have been left to a finer one. */
export interface PartialScan extends Pick<Scan, "state" | "error"> {
  /** Atoms whose weight row b was computed from, [B]; 0 where it holds no answer. */
  readonly seen: Float64Array;
}

/** What is left out may hold this part of what the demand allows. */
const LEFT_OUT = 1e-3;

/** Scans rows in one precision, and the few atoms that hold the weight of a row in float64. */
export async function scanRows(tier: Tier, x: Points, query: ScanQuery, plan: ChunkPlan, epsilon: number): Promise<PartialScan> {
  const { bound } = tier;
  const centred = centreQuery(x, query, bound);
  const cut = Math.max(20, Math.log(bound.size / (LEFT_OUT * epsilon)));
  const usable = query.tangent === undefined ? (query.spread ? 4 : 1) * epsilon : -1; // a spread sharpens what logits bound
  const tools = { ...tier, logWeights: bound.logWeights, dim: x.dim, depth: x.dim + 1 };
  const pass = await runPass(tools, centred, query, plan, { cut, usable, most: mostPicked(x.dim, plan.atoms) });
  const depth = plan.atoms + 1;
  const centerNorm = Math.sqrt(bound.center.reduce((sum, c) => sum + c * c, 0));
  const dense = {
    state: pass.dense,
    error: sumRounding(pass, query, { ...tier, atoms: plan.atoms, depth, centerNorm }),
  };
  const out = emptyResult(x.size, x.dim, query);
  const seen = new Float64Array(x.size);
  for (let b = 0; b < x.size; b++) {
    const off = pass.delta[b] ?? Infinity;
    const threshold = thresholdOf(pass.progress, b, cut + 2 * off, off);
    const isOpen = !(off < Infinity) || (pass.progress.open[b] ?? []).some((top) => top >= threshold);
    if (isOpen) continue;
    const { indices, logits } = pass.progress.picked[b] ?? { indices: [], logits: [] };
    const kept = indices.filter((_, k) => (logits[k] ?? 0) >= threshold);
    seen[b] = (pass.summed[b] ?? 0) + kept.length;
    const one = { ...query, tangent: query.tangent && takeRows(query.tangent, [b]) };
    const coarse = (pass.dense.mass[b] ?? 0) > 0 ? denseRow(dense, b, centred, bound, query) : undefined;
    const fine = kept.length > 0 ? await scanGathered(bound, takeRows(x, [b]), one, kept) : undefined;
    const joined = coarse && fine ? joinParts(coarse, fine, one, LEFT_OUT * epsilon) : (fine ?? coarse);
    if (joined === undefined) continue;
    joined.error.skipped[0] = Math.min(1, (joined.error.skipped[0] ?? 0) + bound.size * Math.exp(-cut));
    copyRow(joined, 0, out, b);
  }
  return { ...out, seen };
}

/** Row b of the dense sums as a scan of one query, with true logits and in the coordinates of the data. */
function denseRow(
  dense: Pick<Scan, "state" | "error">,
  b: number,
  { common, commonError }: { readonly common: Float64Array; readonly commonError: Float64Array },
  { center }: BoundAtoms,
  query: ScanQuery,
): Pick<Scan, "state" | "error"> {
  const row = emptyResult(1, center.length, { ...query, tangent: undefined });
  copyRow(dense, b, row, 0);
  const shift = common[b] ?? 0;
  row.state.top[0] = (row.state.top[0] ?? 0) + shift;
  row.error.shift[0] = (commonError[b] ?? Infinity) + Number.EPSILON * Math.abs(row.state.top[0] ?? 0);
  if (query.top > 0) row.error.logit[0] = (row.error.logit[0] ?? 0) + Number.EPSILON * (Math.abs(shift) + 200); // of each listed
  for (let k = 0; k < row.state.best.count; k++) row.state.best.logits[k] = (row.state.best.logits[k] ?? 0) + shift;
  for (let d = 0; d < center.length; d++) row.state.mean.data[d] = (row.state.mean.data[d] ?? 0) + (center[d] ?? 0);
  if (!query.spread) row.state.spread[0] = 0;
  return row;
}

/** Atoms of a chunk up to which float64 on the host costs less than a product over the whole chunk. */
function mostPicked(dim: number, atoms: number): number {
  return Math.max(4, Math.floor((atoms * (0.6 + 0.0125 * dim)) / (40 + 3.5 * dim)));
}
