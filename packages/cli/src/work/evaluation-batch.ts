import { drawBatch, evaluateEach, type MarginalPath, type Points, type Rng, zerosLike } from "@fluxion/core";
import type { EvaluationBatch } from "@fluxion/train";

/** A batch with the exact velocity at each of its points: what the loss of a network is measured against. Eq. (M6) */
export function drawEvaluationBatch(path: MarginalPath, rng: Rng, size: number): EvaluationBatch & { readonly exact: Points } {
  const { t, xt, ut } = drawBatch(path, rng, size);
  return { t, xt, ut, exact: evaluateEach(path.field, t, xt, zerosLike(xt)) };
}
