import {
  condOt,
  type FlowPairs,
  fork,
  integers,
  type PathBatch,
  type Points,
  pathBatch,
  type Rng,
  type Scheduler,
  takeRows,
  uniform,
  zerosLike,
} from "@fluxion/core";
import type { TrainingBatch } from "./training-batch.js";

/**
 * Second times r for a MeanFlow batch, [B]: r = t with probability `instant`, where the loss is that of flow matching, and
 * uniform on [t, 1] otherwise [Geng2025].
 * @throws RangeError unless 0 ≤ instant ≤ 1.
 */
export function drawUntil(rng: Rng, t: Float64Array, instant: number): Float64Array {
  if (!(instant >= 0 && instant <= 1)) {
    throw new RangeError(`Cannot draw second times: the share of r = t is ${instant}; expected 0 to 1`);
  }
  const [kind, place] = ["kind", "place"].map((name) => uniform(fork(rng, name), new Float64Array(t.length)));
  return t.map((at, b) => (Number(kind?.[b]) < instant ? at : at + (1 - at) * Number(place?.[b])));
}

/** Trajectories of a field: `states[k]` [N, D] at `times[k]`, as `recordStates` keeps them. */
export interface Trajectories {
  readonly times: ArrayLike<number>;
  readonly states: readonly Points[];
}

/**
 * Points of trajectories beside their next ones, for consistency distillation: t and `until` are adjacent times, u_t the mean
 * velocity between them. Rows and times are uniform.
 * @throws RangeError for fewer than two states, or as many times as there are not.
 */
export function adjacentBatch(rng: Rng, { times, states }: Trajectories, size: number): TrainingBatch & { until: Float64Array } {
  const [first] = states;
  if (first === undefined || states.length < 2 || times.length !== states.length) {
    throw new RangeError(
      `Cannot draw adjacent points: there are ${times.length} times and ${states.length} states; expected as many, at least 2`,
    );
  }
  const { size: N, dim } = first;
  const steps = integers(fork(rng, "steps"), states.length - 1, new Uint32Array(size));
  const rows = integers(fork(rng, "rows"), N, new Uint32Array(size));
  const [t, until] = [new Float64Array(size), new Float64Array(size)];
  const [xt, ut] = [new Float64Array(size * dim), new Float64Array(size * dim)];
  for (let b = 0; b < size; b++) {
    const [k, row] = [Number(steps[b]), Number(rows[b])];
    const [here, there] = [states[k], states[k + 1]];
    const [from, to] = [Number(times[k]), Number(times[k + 1])];
    t[b] = from;
    until[b] = to;
    for (let d = 0; d < dim; d++) {
      const x = Number(here?.data[row * dim + d]);
      xt[b * dim + d] = x;
      ut[b * dim + d] = (Number(there?.data[row * dim + d]) - x) / (to - from);
    }
  }
  return { t, until, xt: { data: xt, size, dim }, ut: { data: ut, size, dim } };
}

/**
 * Points of conditional paths beside their next ones, for consistency training: x_t = αz + βx₀ at t, and u_t the mean velocity
 * of the same path up to `until`.
 * @throws RangeError unless there are as many second times as rows, and all are after t.
 */
export function conditionalSteps(
  scheduler: Scheduler,
  { t, x0, z }: Pick<PathBatch, "t" | "x0" | "z">,
  until: Float64Array,
): TrainingBatch & { until: Float64Array } {
  const wrong = t.findIndex((at, b) => !(Number(until[b]) > at));
  if (until.length !== z.size || t.length !== z.size || wrong >= 0) {
    const found = wrong < 0 ? `until is [${until.length}]` : `until[${wrong}] is ${until[wrong]} and t is ${t[wrong]}`;
    throw new RangeError(`Cannot take a step along the paths: ${found}; expected a later time for each of ${z.size} rows`);
  }
  const [xt, ut] = [zerosLike(z), zerosLike(z)];
  for (let i = 0; i < z.data.length; i++) {
    const b = Math.floor(i / z.dim);
    const [from, to] = [scheduler.at(Number(t[b])), scheduler.at(Number(until[b]))];
    const [data, noise] = [Number(z.data[i]), Number(x0.data[i])];
    xt.data[i] = from.alpha * data + from.beta * noise;
    ut.data[i] = ((to.alpha - from.alpha) * data + (to.beta - from.beta) * noise) / (Number(until[b]) - Number(t[b]));
  }
  return { t, until, xt, ut };
}

/** A batch on the straight lines of a coupling that a flow made, rows and times uniform: training on it is reflow [Liu2023]. */
export function reflowBatch(rng: Rng, { x0, x1 }: FlowPairs, size: number): PathBatch {
  const rows = integers(fork(rng, "rows"), x0.size, new Uint32Array(size));
  return pathBatch(condOt(), uniform(fork(rng, "t"), new Float64Array(size)), takeRows(x0, rows), takeRows(x1, rows));
}
