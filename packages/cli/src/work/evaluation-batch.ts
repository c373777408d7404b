import {
  type AtomPath,
  type DrawTimes,
  drawBatch,
  evaluateEach,
  type MarginalPath,
  type Points,
  type Rng,
  zerosLike,
} from "@fluxion/core";
import type { EvaluationBatch } from "@fluxion/train";
import { type ClassPaths, classVelocities } from "./class-paths.js";
import { drawLabels } from "./training-batches.js";

/** A batch with the exact velocity at each of its points: what the loss of a network is measured against. Eq. (M6) */
export function drawEvaluationBatch(
  path: MarginalPath,
  rng: Rng,
  size: number,
  times?: DrawTimes,
): EvaluationBatch & { readonly exact: Points } {
  const { t, xt, ut } = drawBatch(path, rng, size, times);
  return { t, xt, ut, exact: evaluateEach(path.field, t, xt, zerosLike(xt)) };
}

/** The same for a network with classes: every point with its class, and the exact velocity of that class alone. */
export function drawLabelledBatch(
  path: AtomPath,
  { classOf, classes, times }: { readonly classOf: Int32Array; readonly classes: ClassPaths; readonly times?: DrawTimes },
  rng: Rng,
  size: number,
): EvaluationBatch & { readonly exact: Points } {
  const { t, xt, ut } = drawBatch(path, rng, size, times);
  const label = drawLabels(path, classOf, rng, size);
  return { t, xt, ut, label, exact: classVelocities(classes, label, t, xt) };
}
