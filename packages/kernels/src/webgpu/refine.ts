import { certifyScan, type Points, rows, type Scan, type ScanQuery } from "@fluxion/core";
import { copyErrors, copyRows } from "./copy-rows.js";
import { deviceLogits, type Holding } from "./device-scan.js";
import type { PreparedQuery } from "./prepare.js";
import { allOf, recheckRow, survivorsOf } from "./recheck.js";

/** One question to a backend: where, which scan, and how far off the mean may be, in radii of the data. */
export interface Asked {
  readonly x: Points;
  readonly query: ScanQuery;
  readonly epsilon: number;
}

/**
 * A scan of the device with the rows whose bound exceeds ε replaced, in place, by float64: their logits come back from the device and
 * say which atoms cannot matter, the host scans the others. Half of what ε allows goes to the atoms left out.
 */
export async function refine(holding: Holding, prepared: PreparedQuery, { x, query, epsilon }: Asked, scan: Scan): Promise<Scan> {
  const { bound, scale } = holding;
  const { mean } = certifyScan(scan, bound, query);
  const unsure = [...mean.keys()].filter((b) => !((mean[b] ?? Infinity) <= epsilon * bound.radius));
  const onDevice = unsure.filter((b) => prepared.norm[b] !== Infinity);
  const replace = async (b: number, logits: Float32Array | undefined): Promise<void> => {
    const limits = { delta: scan.error.logit[b] ?? Infinity, share: Math.min(epsilon, 1) / 4, top: query.top };
    const survivors = logits ? survivorsOf(logits, limits) : allOf(scale.kept.length);
    const tangent = query.tangent && rows(query.tangent, b, b + 1);
    const exact = await recheckRow(bound, scale, rows(x, b, b + 1), { ...query, tangent }, survivors);
    copyRows(exact.state, scan.state, b);
    copyErrors(exact.error, scan.error, b);
  };
  for await (const { row, logits } of deviceLogits(holding, prepared, onDevice)) await replace(row, logits);
  for (const b of unsure) if (prepared.norm[b] === Infinity) await replace(b, undefined);
  return scan;
}
