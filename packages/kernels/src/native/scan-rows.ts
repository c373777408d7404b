import { gamma, outward, type Points, type Scan, type ScanQuery, takeRows, unitRoundoff, zeros } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { type CentredQuery, centreQuery } from "./centred-query.js";
import { planChunks } from "./chunk-plan.js";
import { deviationBound } from "./deviation-bound.js";
import { scanGathered } from "./gathered-scan.js";
import { copyRow, emptyResult, forgetSums, joinParts } from "./join-rows.js";
import { typicalRounding } from "./logit-rounding.js";
import type { PartialScan } from "./partial-scan.js";
import { logitTerms, runPass } from "./pass.js";
import { heaviestOf, type Precisions } from "./precisions.js";
import { thresholdOf } from "./row-progress.js";
import type { ScanFormat } from "./scan-graph.js";
import { sumRounding } from "./sum-rounding.js";

/** What is left out may hold this part of what the demand allows. */
const LEFT_OUT = 1e-3;

/** Scans rows in one precision, and the few atoms that hold the weight of a row in float64. */
export async function scanRows(
  precisions: Precisions,
  bound: BoundAtoms,
  { x, query }: { readonly x: Points; readonly query: ScanQuery },
  { format, epsilon }: { readonly format: ScanFormat; readonly epsilon: number },
): Promise<PartialScan> {
  const centred = centreQuery(x, query, bound);
  const largest = largestLogit(bound, centred, query);
  const { plan, sums } = planChunks({ queries: x.size, size: bound.size, dim: x.dim, format, largest, epsilon }, query);
  const whole = await precisions.open(format, sums);
  const terms = logitTerms(whole.tools, centred, query, { atoms: plan.atoms, depth: await whole.depth(plan.atoms) });
  const bare = query.sums === "mean" && sums.columns === "plain" && needsNoSums(terms.delta, plan.atoms, { format, epsilon });
  const precision = bare ? await precisions.open(format, { ...sums, columns: "means" }) : whole;
  const cut = Math.max(20, Math.log(bound.size / (LEFT_OUT * epsilon)));
  const usable = query.tangent === undefined ? 16 * epsilon : -1; // how concentrated the posterior is sharpens what logits bound
  const rules = { cut, usable, most: mostPicked(x.dim, plan.atoms) };
  const pass = await runPass(precision, centred, query, { plan, rules, terms });
  const centerNorm = Math.sqrt(bound.center.reduce((sum, c) => sum + c * c, 0));
  const error = sumRounding(pass, query, { ...precision.tools, atoms: plan.atoms, depth: plan.atoms + 1, centerNorm });
  const out = inDataUnits({ state: pass.dense, error }, centred, bound, query);
  const left = bound.size * Math.exp(-cut);
  const heaviest = heaviestOf(bound);
  const deviation = new Float64Array(x.size).fill(Infinity);
  const typical = new Float64Array(x.size).fill(Infinity);
  const lightest = lightestOf(precision.tools.logWeights);
  for (let b = 0; b < x.size; b++) {
    const off = pass.delta[b] ?? Infinity;
    const threshold = thresholdOf(pass.progress, b, cut + 2 * off, off);
    const { indices = [], logits = [] } = pass.progress.picked[b] ?? {};
    const kept = indices.length === 0 ? indices : indices.filter((_, k) => (logits[k] ?? 0) >= threshold);
    if (!(off < Infinity) || pass.progress.open[b]?.some((top) => top >= threshold)) {
      pass.summed[b] = 0; // no answer
    } else if (kept.length > 0) {
      const one = { ...query, tangent: query.tangent && takeRows(query.tangent, [b]) };
      const fine = await scanGathered(bound, takeRows(x, [b]), one, kept);
      if (pass.summed[b] === 0) copyRow(fine, 0, out, b);
      else copyRow(joinParts(rowOf(out, b, one), fine, one, LEFT_OUT * epsilon), 0, out, b);
      pass.summed[b] = (pass.summed[b] ?? 0) + kept.length;
    }
    out.error.skipped[b] = Math.min(1, (out.error.skipped[b] ?? 0) + left);
    if (bare || (pass.summed[b] ?? 0) === 0) continue;
    deviation[b] = deviationBound(out, b, { x, query }, { heaviest, radius: bound.radius });
    if (kept.length > 0) continue;
    const size = outward(Math.hypot(deviation[b] ?? Infinity, offCentre(out, b, bound)) + bound.storageError);
    const own = typicalRounding(precision.tools.logitTable, terms.sizesOf(b), query, { size, lightest });
    typical[b] = outward(own + ((out.error.logit[b] ?? Infinity) - off) + 4 * Number.EPSILON * off);
  }
  const found = { state: out.state, error: { ...out.error, deviation, typical } };
  if (bare) forgetSums(found);
  return { ...found, seen: pass.summed };
}

/** Whether every mean is as good as `epsilon` asks by the errors of the logits alone, whatever the other sums say of it. */
function needsNoSums(
  delta: Float64Array,
  atoms: number,
  { format, epsilon }: { readonly format: ScanFormat; readonly epsilon: number },
): boolean {
  const worst = delta.reduce((most, off) => Math.max(most, off), 0);
  return worst + 4 * gamma(atoms + 4, unitRoundoff[format.sums]) <= 0.8 * epsilon;
}

/** No less than every logit without the common term, up to a rounding. */
function largestLogit(bound: BoundAtoms, { steepness }: CentredQuery, { alpha, variance }: ScanQuery): number {
  const { radius, logWeights } = bound;
  const steepest = steepness.reduce((most, q) => Math.max(most, q), 0);
  const widest = lightestOf(logWeights) + heaviestOf(bound);
  return steepest * radius + ((alpha * alpha) / variance) * (radius * radius) * 0.5 + widest;
}

/** The largest |log π_i| that is finite. */
function lightestOf(logWeights: Float64Array): number {
  return logWeights.reduce((most, w) => (w === -Infinity ? most : Math.max(most, Math.abs(w))), 0);
}

/** No less than ‖m − c‖ for the true mean of the weights of row b. */
function offCentre({ state, error }: Pick<Scan, "state" | "error">, b: number, { center, dim }: BoundAtoms): number {
  let squared = 0;
  for (let d = 0; d < dim; d++) squared += ((state.mean.data[b * dim + d] ?? 0) - (center[d] ?? 0)) ** 2;
  return Math.sqrt(squared) * (1 + (dim + 4) * Number.EPSILON) + (error.mean[b] ?? Infinity);
}

/** Sums over y and logits without their common term, as means over z and true logits; changes the state in place. */
function inDataUnits(
  scan: Pick<Scan, "state" | "error">,
  { common, commonError }: CentredQuery,
  bound: BoundAtoms,
  query: ScanQuery,
): Pick<Scan, "state" | "error"> {
  const { center, dim } = bound;
  const { top, mean, spread, best } = scan.state;
  const heaviest = heaviestOf(bound);
  const { logit, shift } = scan.error;
  for (let b = 0, at = 0; b < top.length; b++) {
    const added = (common[b] ?? 0) + heaviest;
    top[b] = (top[b] ?? 0) + added;
    shift[b] = (commonError[b] ?? Infinity) + Number.EPSILON * Math.abs(top[b] ?? 0);
    if (query.top > 0) logit[b] = (logit[b] ?? 0) + Number.EPSILON * (Math.abs(added) + 200); // of each that is listed
    for (let k = b * best.count; k < (b + 1) * best.count; k++) best.logits[k] = (best.logits[k] ?? 0) + added;
    for (let d = 0; d < dim; d++, at++) mean.data[at] = (mean.data[at] as number) + (center[d] as number);
  }
  if (!query.spread) spread.fill(0);
  return { ...scan, state: { ...scan.state, tangent: query.tangent && zeros(top.length, dim) } };
}

/** A copy of row b of a scan. */
function rowOf(scan: Pick<Scan, "state" | "error">, b: number, query: ScanQuery): Pick<Scan, "state" | "error"> {
  const row = emptyResult(1, scan.state.mean.dim, query);
  copyRow(scan, b, row, 0);
  return row;
}

/** Atoms of a chunk up to which float64 on the host costs less than a product over the whole chunk. */
function mostPicked(dim: number, atoms: number): number {
  return Math.max(4, Math.floor((atoms * (0.6 + 0.0125 * dim)) / (40 + 3.5 * dim)));
}
