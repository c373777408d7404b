import type { EmbeddedStages } from "./embedded-stages.js";
import type { Evaluation } from "./solve.js";
import type { Tolerance } from "./vector-space.js";

/**
 * The length of a first step, from the size of the velocity and of its change along one small Euler step: asks for one
 * velocity [Hairer1993, II.4, "starting step size"]. The velocity at the start is known as `work.k[0]`. It is a guess that
 * presumes times of the order of 1; the error control corrects it.
 */
export function* initialStep<S>(
  work: EmbeddedStages<S>,
  t: number,
  end: number,
  tolerance: Tolerance,
): Generator<Evaluation<S>, number, S> {
  const { space, tableau, y, k } = work;
  const span = Math.abs(end - t);
  const size = space.errorNorm(y, y, y, tolerance);
  const speed = space.errorNorm(k[0], y, y, tolerance);
  const small = Math.min(size < 1e-5 || speed < 1e-5 ? 1e-6 : (0.01 * size) / speed, span);

  const h = Math.sign(end - t) * small;
  work.next = space.addScaled(space.copy(work.next, y), h, k[0]);
  k[1] = yield { t: small === span ? end : t + h, x: work.next, out: k[1] };
  work.scratch = space.addScaled(space.copy(work.scratch, k[1]), -1, k[0]);
  const change = space.errorNorm(work.scratch, y, y, tolerance) / small;
  if (!Number.isFinite(change)) return small;

  const fastest = Math.max(speed, change);
  const order = Math.min(tableau.order, tableau.embedded.order);
  const good = fastest <= 1e-15 ? Math.max(1e-6, small * 1e-3) : (0.01 / fastest) ** (1 / (order + 1));
  return Math.min(100 * small, good);
}
