import type { Points } from "../points/index.js";
import type { Rng } from "../random/index.js";
import type { CoupledRows } from "./transport-plan.js";

/** Two batches to couple. Row i of x0 was drawn together with row i of `labels` and of `conditions`, which belong to x1. */
export interface CouplingEnds {
  /** Draws of the source, [n, D]. */
  readonly x0: Points;
  /** Draws of the data, [n, D]. */
  readonly x1: Points;
  /** The class of every row of x1, [n]. */
  readonly labels?: ArrayLike<number | string>;
  /** What every row of x1 is conditioned on, [n, C]. */
  readonly conditions?: Points;
}

/**
 * A joint law of both ends, as a rule that pairs the rows of two batches: plain data for a training step, which then moves
 * along the path from row `rows0[k]` of x0 to row `rows1[k]` of x1. What it does to the law of the pairs beyond one batch is
 * measured by `couplingBias`.
 */
export interface Coupling {
  /** How a spec writes it, for example `sinkhorn:0.05`. */
  readonly name: string;
  /** @throws RangeError when the batches do not fit together, or lack what the rule reads. */
  couple(ends: CouplingEnds, rng: Rng): CoupledRows;
}

/** n. @throws RangeError unless both batches are [n, D] with n ≥ 1, and labels and conditions have a row for each. */
export function requireEnds({ x0, x1, labels, conditions }: CouplingEnds): number {
  if (x0.size !== x1.size || x0.dim !== x1.dim || x0.size === 0) {
    throw new RangeError(
      `Cannot couple the batches: x0 is [${x0.size}, ${x0.dim}], x1 is [${x1.size}, ${x1.dim}]; expected equal shapes of at least 1 row`,
    );
  }
  for (const [what, rows] of [
    ["labels", labels?.length],
    ["conditions", conditions?.size],
  ] as const) {
    if (rows === undefined || rows === x0.size) continue;
    throw new RangeError(`Cannot couple the batches: there are ${rows} ${what} for ${x0.size} rows; expected one each`);
  }
  return x0.size;
}
