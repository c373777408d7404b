import type { ScanError, ScanState } from "@fluxion/core";

/** Copies the rows of one state to rows first, first + 1, … of a larger one. */
export function copyRows(from: ScanState, to: ScanState, first: number): void {
  to.top.set(from.top, first);
  to.mass.set(from.mass, first);
  to.massSquared.set(from.massSquared, first);
  to.logitSum.set(from.logitSum, first);
  to.mean.data.set(from.mean.data, first * from.mean.dim);
  to.spread.set(from.spread, first);
  if (from.tangent) to.tangent?.data.set(from.tangent.data, first * from.tangent.dim);
  to.best.indices.set(from.best.indices, first * from.best.count);
  to.best.logits.set(from.best.logits, first * from.best.count);
}

/** Copies the errors of some rows likewise. */
export function copyErrors(from: ScanError, to: ScanError, first: number): void {
  to.logit.set(from.logit, first);
  to.shift.set(from.shift, first);
  to.mean.set(from.mean, first);
  to.mass.set(from.mass, first);
  to.skipped.set(from.skipped, first);
}
