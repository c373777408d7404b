import { certifyScan, type Points, type Scan, type ScanBackend, type ScanQuery, takeRows } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { attends, scanAttention } from "./attention-scan.js";
import { scanGathered } from "./gathered-scan.js";
import { copyRow, emptyResult } from "./join-rows.js";
import type { PartialScan } from "./partial-scan.js";
import type { Precisions } from "./precisions.js";
import type { ScanFormat } from "./scan-graph.js";
import { scanRows } from "./scan-rows.js";

/** From coarse to fine; a row that one cannot certify goes to the next. */
export const FORMATS: readonly [ScanFormat, ...ScanFormat[]] = [
  { logits: "float32", sums: "float32" },
  { logits: "float64", sums: "float32" },
  { logits: "float64", sums: "float64" },
];

/** Sums in float32 cannot be certified below this part of the radius. */
const SINGLE_LIMIT = 1e-4;

/** Below this part of the radius the expanded form of the logits is not certified in float64 either. */
const FINEST = 1e-12;

/**
 * Every row by the first of the formats that certifies it, else by the float64 reference over all atoms; before them all by
 * attention, where the means are all that is wanted of few coordinates.
 */
export async function scanCertified(
  bound: BoundAtoms,
  backend: ScanBackend,
  precisions: Precisions,
  { x, query, epsilon }: { readonly x: Points; readonly query: ScanQuery; readonly epsilon: number },
): Promise<Scan> {
  const out = emptyResult(x.size, x.dim, query);
  let rest = Array.from({ length: x.size }, (_, b) => b);
  let evaluations = 0;
  const stages: readonly (ScanFormat | "attention")[] = attends(bound, precisions.single, query, epsilon)
    ? ["attention", ...FORMATS]
    : FORMATS;
  for (const stage of epsilon < FINEST ? [] : stages) {
    if (rest.length === 0) break;
    if (stage !== "attention" && stage !== FORMATS[0] && stage.sums === "float32" && epsilon < SINGLE_LIMIT) continue;
    const points = takeRows(x, rest);
    const part = { ...query, tangent: query.tangent && takeRows(query.tangent, rest) };
    const scan =
      stage === "attention"
        ? await scanAttention(await precisions.attention(), bound, { x: points, query: part, usable: 4 * epsilon })
        : await scanRows(precisions, bound, { x: points, query: part }, { format: stage, epsilon });
    const certified = certifiedRows(scan, backend, query, 0.99 * epsilon * bound.radius);
    if (rest.length === x.size && certified.every(Boolean)) return counted(scan, sum(scan.seen), bound.size);
    const left: number[] = [];
    for (const [r, b] of rest.entries()) {
      if (certified[r]) {
        copyRow(scan, r, out, b);
        evaluations += scan.seen[r] ?? 0;
      } else left.push(b);
    }
    rest = left;
  }
  const all = Array.from({ length: rest.length > 0 ? bound.size : 0 }, (_, i) => i);
  for (const b of rest) {
    const part = { ...query, tangent: query.tangent && takeRows(query.tangent, [b]) };
    copyRow(await scanGathered(bound, takeRows(x, [b]), part, all), 0, out, b);
    evaluations += bound.size;
  }
  return counted(out, evaluations, bound.size);
}

/** Whether the mean of each row is certified within `allowed`: by a coarse bound that costs little, else by the sharp one. */
function certifiedRows(scan: PartialScan, backend: ScanBackend, query: ScanQuery, allowed: number): boolean[] {
  const { logit, shift, mean, mass, skipped } = scan.error;
  const whole = { ...scan, evaluations: 0, skipped: 0 };
  let bounds: Float64Array | undefined;
  return Array.from(scan.seen, (seen, b) => {
    if (seen === 0) return false;
    const [delta = Infinity, share = Infinity] = [logit[b], skipped[b]];
    const coarse = 2 * backend.radius * (Math.tanh(delta / 2) + share) + (mean[b] ?? Infinity);
    const complete =
      query.sums === "mean" ||
      ((mass[b] ?? Infinity) < 0.5 && (shift[b] ?? Infinity) < Infinity && (scan.state.mass[b] ?? 0) > 0);
    if (complete && coarse * (1 + 1e-12) <= allowed) return true;
    bounds ??= certifyScan(whole, backend, query).mean;
    return (bounds[b] ?? Infinity) <= allowed;
  });
}

/** A scan with its counts: what was not evaluated was shown to be negligible. */
function counted({ state, error }: Pick<Scan, "state" | "error">, evaluations: number, size: number): Scan {
  return { state, error, evaluations, skipped: state.mass.length * size - evaluations };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
