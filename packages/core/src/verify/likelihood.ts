import { pointsOnPath } from "../field/index.js";
import type { Rng } from "../random/index.js";
import { fork } from "../random/index.js";
import { adaptiveSteps, flowLogDensity } from "../sample/index.js";
import { type Check, checked, largest } from "./check.js";
import type { Derivation } from "./derivation.js";

/**
 * The change of variables: log p_t(x) in closed form equals log p_0(x_0) − ∫∇·u along the exact trajectory to x. It ties
 * the field, its divergence and the density together over a whole trajectory. Eq. (M4), Eq. (M7)
 */
export function checkLikelihood(
  { path, scheduler, marginal }: Derivation,
  rng: Rng,
  { samples = 4 }: { readonly samples?: number } = {},
): Check {
  const D = path.field.dim;
  const t = scheduler.timeOfSnr(2); // τ = 2/3: most of the way, the posterior already narrow
  const x = pointsOnPath(
    scheduler.at(t),
    path.drawData(fork(rng, "data"), samples),
    path.drawSource(fork(rng, "source"), samples),
  );
  const field = {
    dim: D,
    evaluate(time: number, y: typeof x, velocity: typeof x, divergence: Float64Array): void {
      velocity.data.set(marginal.velocity(time, y));
      divergence.set(marginal.divergence(time, y));
    },
  };
  const solved = flowLogDensity(field, x, {
    t,
    integrator: adaptiveSteps({ rtol: 1e-9, atol: 1e-10 }),
    sourceLogDensity: (x0) => marginal.logDensity(0, x0),
  });
  const closed = marginal.logDensity(t, x);
  return checked({
    id: "likelihood",
    statement: "log p_t(x) equals log p_0(x_0) − ∫∇·u_t dt along the exact trajectory to x",
    residual: largest(closed.map((v, b) => Math.abs(v - solved.logDensity[b]) / (1 + Math.abs(v)))),
    tolerance: 1e-6,
    toleranceFrom: "the solver's tolerance of 10⁻⁹ a step over some hundred steps, amplified by an expansive flow",
    details: { nfe: solved.nfe, t },
  });
}
