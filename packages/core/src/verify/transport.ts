import { energyTest } from "../metric/index.js";
import type { VectorField } from "../ode/index.js";
import { rk4, snrGrid } from "../ode/index.js";
import { convert } from "../path/index.js";
import { type Points, zerosLike } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";
import { drawStart, fixedSteps, generate, lastTime } from "../sample/index.js";
import { type Check, checked } from "./check.js";
import { type Derivation, fieldOf } from "./derivation.js";
import { dot } from "./probes.js";

/** Size of the flow checks. */
export interface FlowOptions {
  /** Trajectories. @defaultValue 64 */
  readonly samples?: number;
  /** Steps of RK4, equal in τ = s/(1 + s). @defaultValue 40 */
  readonly steps?: number;
  /** Strength of the turn that the gap adds, in units of β². @defaultValue 0.8 */
  readonly turn?: number;
}

/** A two-sample test at this level: the smallest p-value that still passes. */
const LEVEL = 0.001;
/** Permutations of a two-sample test; the smallest p-value is one over this number plus one. */
const PERMUTATIONS = 1999;

/** Pushes points of p_0 to the last time of a field. */
export function push(derivation: Derivation, field: VectorField, x0: Points, steps: number): Points {
  const { scheduler, path } = derivation;
  const to = lastTime(path);
  const end = scheduler.at(to);
  const start = scheduler.at(0);
  const grid = (count: number): Float64Array => {
    const times = snrGrid(count, scheduler.timeOfSnr, {
      from: start.alpha / (start.alpha + start.beta),
      to: end.alpha / (end.alpha + end.beta),
    });
    times[0] = 0;
    times[count] = to;
    return times;
  };
  return generate(field, x0, { integrator: fixedSteps(rk4, steps, grid), to }).y;
}

/** Transport: points of p_0 pushed along u_t are distributed as the data. Eq. (M4) */
export function checkTransport(derivation: Derivation, rng: Rng, { samples = 64, steps = 40 }: FlowOptions = {}): Check {
  const { path } = derivation;
  const x0 = drawStart(path, fork(rng, "start"), samples);
  const ends = push(derivation, fieldOf(derivation), x0, steps);
  const data = path.drawData(fork(rng, "data"), 4 * samples);
  const { pValue, statistic } = energyTest(ends, data, { rng: fork(rng, "permutations"), permutations: PERMUTATIONS });
  return checked({
    id: "transport",
    statement: "p_0 pushed along u_t to t = 1 is distributed as the data (energy two-sample test)",
    residual: LEVEL / pValue,
    tolerance: 1,
    toleranceFrom: `residual is ${LEVEL}/p-value: one false alarm in ${1 / LEVEL}`,
    details: { pValue, statistic, trajectories: samples },
  });
}

/**
 * The gap: v = u + c(t) A∇ log p_t with A antisymmetric satisfies the same continuity equation, since ∇·(A∇p_t) = 0, so it
 * transports p_0 to the same p_t, but it moves different particles. Equal divergences do not make equal fields; what singles
 * u_t out is E[Ẋ_t | X_t = x], and its least kinetic energy: E‖v‖² = E‖u‖² + E‖v − u‖². Eq. (GAP)
 */
export function checkGap(derivation: Derivation, rng: Rng, { samples = 64, steps = 40, turn = 0.8 }: FlowOptions = {}): Check[] {
  const { path } = derivation;
  const swirl = swirledField(derivation, turn);
  const data = path.drawData(fork(rng, "data"), 4 * samples);
  const other = push(derivation, swirl, drawStart(path, fork(rng, "start"), samples), steps);
  const { pValue, statistic } = energyTest(other, data, { rng: fork(rng, "permutations"), permutations: PERMUTATIONS });
  const few = Math.min(samples, 12);
  const x0 = drawStart(path, fork(rng, "same"), few);
  const [mine, theirs] = [fieldOf(derivation), swirl].map((field) => push(derivation, field, x0, steps));
  const finer = push(derivation, fieldOf(derivation), x0, 2 * steps);
  const moved = meanDistance(mine, theirs);
  const solver = meanDistance(mine, finer);
  return [
    checked({
      id: "gap-same-path",
      statement: "u_t + c A∇ log p_t, with A antisymmetric, transports p_0 to the same data (energy two-sample test)",
      residual: LEVEL / pValue,
      tolerance: 1,
      toleranceFrom: `residual is ${LEVEL}/p-value: one false alarm in ${1 / LEVEL}`,
      details: { pValue, statistic, trajectories: samples },
    }),
    checked({
      id: "gap-other-particles",
      statement: "and yet it moves different particles: from the same noise its trajectories end elsewhere",
      residual: solver / moved,
      tolerance: 0.5,
      toleranceFrom: "the solver's own error must be at most half of the mean distance between the two ends",
      details: { meanDistance: moved, solverError: solver, trajectories: few },
    }),
  ];
}

/**
 * v = u + c(t) A∇ log p_t, with A the quarter turn of coordinates (0, 1), (2, 3), … and c = turn·β², which keeps v bounded.
 * The score comes from the velocity by Eq. (M7), so that one scan serves both.
 */
export function swirledField({ marginal, scheduler }: Derivation, turn: number): VectorField {
  return {
    evaluate(t, x, out) {
      const at = scheduler.at(t);
      const c = turn * at.beta ** 2;
      out.data.set(marginal.velocity(t, x));
      const s = convert({ from: "velocity", to: "score", at }, x, out).data;
      for (let b = 0; b < x.size; b++) {
        for (let d = b * x.dim; d + 1 < (b + 1) * x.dim; d += 2) {
          out.data[d] -= c * s[d + 1];
          out.data[d + 1] += c * s[d];
        }
      }
      return out;
    },
  };
}

/** Mean distance of corresponding rows. */
function meanDistance(x: Points, y: Points): number {
  const gap = zerosLike(x).data.map((_, i) => x.data[i] - y.data[i]);
  let sum = 0;
  for (let b = 0; b < x.size; b++) {
    const line = gap.subarray(b * x.dim, (b + 1) * x.dim);
    sum += Math.sqrt(dot(line, line));
  }
  return sum / x.size;
}
