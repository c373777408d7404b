import { emptyScan, mergeScans, type Scan, type ScanError, type ScanQuery, type ScanState } from "@fluxion/core";

/** A scan of B rows that are filled one by one. */
export function emptyResult(size: number, dim: number, query: ScanQuery): { state: ScanState; error: Required<ScanError> } {
  const array = (): Float64Array => new Float64Array(size);
  return {
    state: emptyScan(size, dim, query),
    error: {
      logit: array(),
      shift: array(),
      mean: array(),
      mass: array(),
      skipped: array(),
      deviation: array().fill(Infinity),
      typical: array().fill(Infinity),
    },
  };
}

/** Makes a scan one whose sums beyond the means were not made, as `ScanQuery.sums` has it; in place. */
export function forgetSums({ state, error }: Pick<Scan, "state" | "error">): void {
  for (const values of [state.top, state.logitSum]) values.fill(0);
  for (const values of [state.mass, state.massSquared]) values.fill(1);
  for (const values of [error.shift, error.mass]) values.fill(Infinity);
}

/** Copies row r of a scan to row b of another. */
export function copyRow(from: Pick<Scan, "state" | "error">, r: number, to: Pick<Scan, "state" | "error">, b: number): void {
  const dim = to.state.mean.dim;
  const copy = (a: Float64Array | Int32Array, z: Float64Array | Int32Array, width: number): void => {
    z.set(a.subarray(r * width, (r + 1) * width), b * width);
  };
  for (const name of ["top", "mass", "massSquared", "logitSum", "spread"] as const) copy(from.state[name], to.state[name], 1);
  for (const name of ["logit", "shift", "mean", "mass", "skipped"] as const) copy(from.error[name], to.error[name], 1);
  for (const name of ["deviation", "typical"] as const) {
    if (to.error[name]) to.error[name][b] = from.error[name]?.[r] ?? Infinity;
  }
  copy(from.state.mean.data, to.state.mean.data, dim);
  if (from.state.tangent && to.state.tangent) copy(from.state.tangent.data, to.state.tangent.data, dim);
  copy(from.state.best.logits, to.state.best.logits, to.state.best.count);
  copy(from.state.best.indices, to.state.best.indices, to.state.best.count);
}

/** The share of the true mass of q that p can have at most, by their computed masses and errors. */
function largestShare(p: Pick<Scan, "state" | "error">, q: Pick<Scan, "state" | "error">): number {
  const [logP = 0, logQ = 0] = [p, q].map(({ state }) => (state.top[0] ?? 0) + Math.log(state.mass[0] ?? 0));
  const off = [p, q].reduce(
    (sum, { error }) => sum + (error.logit[0] ?? 0) + (error.shift[0] ?? 0) + 2 * (error.mass[0] ?? 0) + (error.skipped[0] ?? 0),
    0,
  );
  return Math.exp(logP - logQ + off);
}

/**
 * One query over two disjoint sets of atoms, `coarse` and `fine`. A coarse part that can hold at most `negligible` of the mass
 * is left out, so that its errors are; otherwise the larger errors hold, and the shift of one against the other is an error of
 * the logits.
 */
export function joinParts(
  coarse: Pick<Scan, "state" | "error">,
  fine: Pick<Scan, "state" | "error">,
  query: ScanQuery,
  negligible: number,
): Pick<Scan, "state" | "error"> {
  const share = largestShare(coarse, fine);
  const worse = (name: Exclude<keyof ScanError, "deviation" | "typical">): Float64Array =>
    Float64Array.of(Math.max(coarse.error[name][0] ?? Infinity, fine.error[name][0] ?? Infinity));
  if (share <= negligible) {
    return { state: fine.state, error: { ...fine.error, skipped: fine.error.skipped.map((tau) => tau + share) } };
  }
  const shift = worse("shift");
  const rounding = 32 * Number.EPSILON * (1 + Math.abs(coarse.state.top[0] ?? 0));
  return {
    state: mergeScans(coarse.state, fine.state, query),
    error: {
      logit: worse("logit").map(
        (delta, b) => delta + (coarse.error.mass[0] ?? 0) + (fine.error.mass[0] ?? 0) + 2 * (shift[b] ?? 0) + rounding,
      ),
      shift,
      mean: worse("mean").map((error) => error * (1 + 8 * Number.EPSILON)),
      mass: worse("mass").map((error) => error + 32 * Number.EPSILON),
      skipped: worse("skipped"),
    },
  };
}
