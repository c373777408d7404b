import { marginalField } from "../field/index.js";
import { rk4, snrGrid, type VectorField } from "../ode/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { Rng } from "../random/index.js";
import { fixedSteps, generate } from "../sample/index.js";
import { condOt, cosine, linearVp, type Scheduler, squareRoot } from "../scheduler/index.js";
import { type Check, checked, largest } from "./check.js";
import { type Derivation, fieldOf } from "./derivation.js";

/** The ratio s at which trajectories are compared: τ = s/(1 + s) = 0.9. */
const LAST = 9;

/**
 * M9: in w = x/β, s = α/β every scheduler has the same trajectories dw/ds = μ(w, s): from the same w_0 they reach the same
 * w at the same s. Integrated with each scheduler's own field in its own time. Eq. (M9)
 */
export function checkSchedules(
  derivation: Derivation,
  rng: Rng,
  { samples = 4, steps = 32 }: { readonly samples?: number; readonly steps?: number } = {},
): Check {
  const { path, scheduler } = derivation;
  const own = withSteps(scheduler, fieldOf(derivation));
  const start = scheduler.at(0);
  const w0 = path.drawSource(rng, samples); // w at the scheduler's own first ratio
  const x0 = scale(w0, start.beta);
  const mine = own(x0, steps);
  const ownError = distance(mine, own(x0, 2 * steps));
  const others = [condOt(), cosine(), linearVp(), squareRoot()].filter(({ name }) => name !== scheduler.name);
  const residuals: number[] = [];
  let error = ownError;
  for (const other of others) {
    const from = other.timeOfSnr(start.alpha / start.beta);
    const run = withSteps(other, marginalField(other, path.field.posterior), from);
    const y0 = scale(w0, other.at(from).beta);
    const theirs = run(y0, steps);
    error = Math.max(error, distance(theirs, run(y0, 2 * steps)));
    residuals.push(distance(mine, theirs));
  }
  return checked({
    id: "m9-schedules",
    statement: `from the same noise ${[scheduler, ...others].map(({ name }) => name).join(", ")} reach the same x/α at the same α/β`,
    residual: largest(residuals),
    tolerance: 4 * error + 1e-9,
    toleranceFrom: "four times the solver's own error, measured by halving its steps",
    details: { solverError: error, trajectories: samples },
  });
}

/** Runs to s = LAST with equal steps in τ and returns w/s = x/α there. */
function withSteps(scheduler: Scheduler, field: VectorField, from = 0): (x0: Points, steps: number) => Points {
  const last = scheduler.timeOfSnr(LAST);
  const { alpha } = scheduler.at(last);
  const first = scheduler.at(from);
  const tau = first.alpha / (first.alpha + first.beta);
  return (x0: Points, steps: number): Points => {
    const grid = (count: number): Float64Array => {
      const times = snrGrid(count, scheduler.timeOfSnr, { from: tau, to: LAST / (1 + LAST) });
      times[0] = from;
      times[count] = last;
      return times;
    };
    const { y } = generate(field, x0, { integrator: fixedSteps(rk4, steps, grid), from, to: last });
    return scale(y, 1 / alpha);
  };
}

function scale(x: Points, factor: number): Points {
  return { ...x, data: x.data.map((v) => v * factor) };
}

/** Largest distance of two rows, relative to the largest coordinate. */
function distance(x: Points, y: Points): number {
  const gap = zerosLike(x).data.map((_, i) => Math.abs(x.data[i] - y.data[i]));
  return largest(gap) / largest(x.data.map(Math.abs));
}
