import type { SolveOptions, VectorField } from "../ode/index.js";
import { type Points, rows } from "../points/index.js";
import { type GenerateOptions, generateAsync } from "./generate.js";

/** Options of `generateBatches`. */
export interface BatchOptions extends Omit<GenerateOptions, "onProgress" | "onStep"> {
  /** Rows that are integrated together. @defaultValue 256 */
  readonly batch?: number;
  /** Told after every evaluation: rows that are done, rows in all, and the time of the evaluation. */
  readonly onProgress?: (done: number, total: number, t: number) => void;
}

/** Rows of one batch at their end. */
export interface GeneratedBatch {
  /** The index of the first row. */
  readonly from: number;
  /** [rows, D]. */
  readonly y: Points;
  readonly nfe: number;
}

/**
 * `generate` in batches of rows, each yielded when it is done, so that memory holds one batch and a caller can show or keep what
 * there is. A method of fixed steps gives every row the same bytes as in one batch; an adaptive one takes the steps that the rows of
 * the batch need. The signal is asked before every evaluation.
 * @throws RangeError unless `batch` is a positive integer; SolveError as `generate`; the signal's reason once it is aborted.
 */
export async function* generateBatches(
  field: VectorField<Points, Points | Promise<Points>>,
  x0: Points,
  { batch = 256, onProgress, ...options }: BatchOptions = {},
): AsyncGenerator<GeneratedBatch, void, void> {
  if (!(Number.isInteger(batch) && batch >= 1)) {
    throw new RangeError(`Cannot generate in batches: a batch has ${batch} rows; expected a positive integer`);
  }
  for (let from = 0; from < x0.size; from += batch) {
    const part = rows(x0, from, Math.min(from + batch, x0.size));
    const report: SolveOptions = onProgress ? { onProgress: (_, t) => onProgress(from, x0.size, t) } : {};
    const { y, nfe } = await generateAsync(field, part, { ...options, ...report });
    yield { from, y, nfe };
  }
}
