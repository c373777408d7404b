import {
  fork,
  type MarginalPath,
  type PathBatch,
  type Points,
  pathBatch,
  type Rng,
  row,
  rows,
  uniform,
  zerosLike,
} from "@fluxion/core";
import type { EvaluationBatch } from "@fluxion/train";

/** `size` independent triples (t, x₀, z) with t uniform, as points on their paths with their regression targets. Eq. (M2) */
export function drawBatch(path: MarginalPath, rng: Rng, size: number): PathBatch {
  const t = uniform(fork(rng, "time"), new Float64Array(size));
  return pathBatch(path.field.scheduler, t, path.drawSource(fork(rng, "source"), size), path.drawData(fork(rng, "data"), size));
}

/** A batch with the exact velocity at each of its points: what the loss of a network is measured against. Eq. (M6) */
export function drawEvaluationBatch(path: MarginalPath, rng: Rng, size: number): EvaluationBatch & { readonly exact: Points } {
  const { t, xt, ut } = drawBatch(path, rng, size);
  return { t, xt, ut, exact: exactVelocities(path, t, xt) };
}

/** u_t(x) with a time for each point, [B, D]. */
export function exactVelocities({ field }: Pick<MarginalPath, "field">, t: Float64Array, x: Points): Points {
  const out = zerosLike(x);
  t.forEach((time, b) => {
    field.evaluate(time, rows(x, b, b + 1), { data: row(out, b), size: 1, dim: x.dim });
  });
  return out;
}
