import { energyTest } from "../metric/index.js";
import { rk4, snrGrid, type VectorField } from "../ode/index.js";
import type { Points } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";
import { drawStart, fixedSteps, generate, lastTime } from "../sample/index.js";
import { type Check, checked } from "./check.js";
import { type Derivation, fieldOf } from "./derivation.js";

/** Size of the flow checks. */
export interface FlowOptions {
  /** Trajectories. @defaultValue 64 */
  readonly samples?: number;
  /** Steps of RK4, equal in τ = s/(1 + s). @defaultValue 40 */
  readonly steps?: number;
  /** The other field of the gap. @defaultValue `swirledField(derivation, 0.8)` */
  readonly other?: VectorField;
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
  return checkEnds(derivation, rng, ends, {
    id: "transport",
    statement: "p_0 pushed along u_t to t = 1 is distributed as the data (energy two-sample test)",
  });
}

/** A two-sample test of transported points against four times as many draws of the data. */
export function checkEnds({ path }: Derivation, rng: Rng, ends: Points, about: Pick<Check, "id" | "statement">): Check {
  const data = path.drawData(fork(rng, "data"), 4 * ends.size);
  const { pValue, statistic } = energyTest(ends, data, { rng: fork(rng, "permutations"), permutations: PERMUTATIONS });
  return checked({
    ...about,
    residual: LEVEL / pValue,
    tolerance: 1,
    toleranceFrom: `residual is ${LEVEL}/p-value: one false alarm in ${1 / LEVEL}`,
    details: { pValue, statistic, trajectories: ends.size },
  });
}
