import type { CoupledRows, Coupling } from "../coupling/index.js";
import { type DrawTimes, drawBatch, type MarginalPath } from "../field/index.js";
import { type PathBatch, pathBatch } from "../path/index.js";
import { takeRows } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";

/** A batch with the rows of `drawBatch` that its pairs came from; what belongs to z, as a label does, follows `rows1`. */
export interface CoupledBatch extends PathBatch, CoupledRows {}

/** How many pairs to draw, and their times. */
export interface CoupledBatchOptions {
  readonly size: number;
  /** @defaultValue uniform */
  readonly times?: DrawTimes;
}

/**
 * A batch for the CFM loss with the draws of `drawBatch`, paired anew by a coupling: what OT-CFM trains on. Its target is not
 * u_t of the path but the field of the law that batches of this size give to the pairs; `couplingBias` measures that law, and
 * `pairField` is the field of any finite set of pairs. A coupling that leaves rows out gives a smaller batch. Eq. (M2)
 * @throws RangeError as the coupling does, or when a slope of the path is infinite.
 */
export function drawCoupledBatch(
  path: MarginalPath,
  coupling: Coupling,
  rng: Rng,
  size: number | CoupledBatchOptions,
): CoupledBatch {
  const { size: pairs, times: drawTimes } = typeof size === "number" ? { size } : size;
  const { t, x0, z } = drawBatch(path, rng, pairs, drawTimes);
  const { rows0, rows1 } = coupling.couple({ x0, x1: z }, fork(rng, "coupling"));
  const times = t.subarray(0, rows0.length);
  return { ...pathBatch(path.field.scheduler, times, takeRows(x0, rows0), takeRows(z, rows1)), rows0, rows1 };
}
