import { energyTest } from "../metric/index.js";
import type { VectorField } from "../ode/index.js";
import type { Points } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";
import { adaptiveSteps, drawStart, generate, lastTime } from "../sample/index.js";
import { type Check, checked } from "./check.js";
import { type Derivation, fieldOf } from "./derivation.js";

/** Size of the flow checks. */
export interface FlowOptions {
  /** Trajectories. @defaultValue 64 */
  readonly samples?: number;
}

/** Error of one step of a transport whose ends are tested as a sample: far below what a sample of them can show. */
export const ACCURACY = 1e-4;
/** A two-sample test at this level: the smallest p-value that still passes. */
const LEVEL = 0.001;
/** Permutations of a two-sample test; the smallest p-value is one over this number plus one. */
const PERMUTATIONS = 1999;

/** Pushes points of p_0 to the last time of a field, with this error a step. */
export function push({ path }: Derivation, field: VectorField, x0: Points, tolerance: number): Points {
  return generate(field, x0, { integrator: adaptiveSteps({ rtol: tolerance, atol: tolerance }), to: lastTime(path) }).y;
}

/** Transport: points of p_0 pushed along u_t are distributed as the data. Eq. (M4) */
export function checkTransport(derivation: Derivation, rng: Rng, { samples = 64 }: FlowOptions = {}): Check {
  const { path } = derivation;
  const x0 = drawStart(path, fork(rng, "start"), samples);
  const ends = push(derivation, fieldOf(derivation), x0, ACCURACY);
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
