import { emptyScan, type Points, type ScanError, type ScanQuery, type ScanState, takeRows } from "@fluxion/core";
import { copyState } from "./read-state.js";

/** A question: where, which scan, and how far off the mean may be, in radii of the data. */
export interface Asked {
  readonly x: Points;
  readonly query: ScanQuery;
  readonly epsilon: number;
}

/** What answers it. */
export interface Answer {
  readonly state: ScanState;
  readonly error: ScanError;
  /** Pairs (query, atom) whose weight was computed. */
  readonly evaluations: number;
}

/** Some rows of a question. */
export function rowsOf({ x, query, epsilon }: Asked, rows: readonly number[]): Asked {
  const tangent = query.tangent && takeRows(query.tangent, rows);
  return { x: takeRows(x, rows), query: { ...query, tangent }, epsilon };
}

/** Answers to disjoint rows of a question, put together. */
export function joined(
  { x, query }: Asked,
  parts: readonly { readonly rows: readonly number[]; readonly answer: Answer }[],
): Answer {
  const state = emptyScan(x.size, x.dim, query);
  const error = noError(x.size);
  let evaluations = 0;
  for (const { rows, answer } of parts) {
    evaluations += answer.evaluations;
    for (const [k, b] of rows.entries()) copyState(answer.state, state, { from: k, to: b, count: 1 });
    for (const part of PARTS) for (const [k, b] of rows.entries()) error[part][b] = answer.error[part][k] ?? Infinity;
  }
  return { state, error, evaluations };
}

/** Some rows of errors. */
export function errorRows(error: ScanError, rows: readonly number[]): ScanError {
  const out = noError(rows.length);
  for (const part of PARTS) out[part].set(rows.map((b) => error[part][b] ?? Infinity));
  return out;
}

const PARTS = ["logit", "shift", "mean", "mass", "skipped"] as const;

function noError(size: number): ScanError {
  const none = (): Float64Array => new Float64Array(size);
  return { logit: none(), shift: none(), mean: none(), mass: none(), skipped: none() };
}
