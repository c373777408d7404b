/**
 * Conventions of other libraries as data. Ours: t from noise to data, x = αz + βε with ε of variance 1, u = dx/dt. Theirs may run the
 * clock backwards or count a thousand steps, call the data x₀, predict something else, or keep x/α = z + σε with σ = β/α.
 */
import type { VectorField } from "../ode/index.js";
import { convert, type Prediction } from "../path/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { Coefficients, Scheduler } from "../scheduler/index.js";

/** What a model takes for time. */
export type Clock =
  /** Linear in t, with these values at our t = 0 and t = 1. */
  | { readonly kind: "linear"; readonly noise: number; readonly data: number }
  /** The noise level σ = β/α. */
  | { readonly kind: "sigma" };

/** How a model is to be asked, and what its answer means. */
export interface Convention {
  readonly name: string;
  readonly clock: Clock;
  /** What x is: on the path, αz + βε, or "exploding", z + σε. */
  readonly state: "path" | "exploding";
  readonly prediction: Prediction;
  /** dτ/dt of the time τ that a velocity is the derivative by: −1 where it points to the noise. Not read for other predictions. */
  readonly velocityRate: number;
  /** Which name the data have in a pair (x₀, x₁). */
  readonly dataKey: "x0" | "x1";
}

/** This library, and FB's flow_matching and torchcfm too. */
export const fluxionConvention: Convention = {
  name: "fluxion",
  clock: { kind: "linear", noise: 0, data: 1 },
  state: "path",
  prediction: "velocity",
  velocityRate: 1,
  dataKey: "x1",
};

/** All conventions by name. */
export const conventions: Readonly<Record<string, Convention>> = {
  fluxion: fluxionConvention,
  flow_matching: { ...fluxionConvention, name: "flow_matching" },
  torchcfm: { ...fluxionConvention, name: "torchcfm" },
  // time steps 1000σ with σ = 1 − t; the model predicts ε − z = dx/dσ
  diffusers: {
    ...fluxionConvention,
    name: "diffusers",
    clock: { kind: "linear", noise: 1000, data: 0 },
    velocityRate: -1,
    dataKey: "x0",
  },
  // t from data (0) to noise (1); denoisers predict E[z|x]
  azula: {
    ...fluxionConvention,
    name: "azula",
    clock: { kind: "linear", noise: 1, data: 0 },
    prediction: "denoiser",
    dataKey: "x0",
  },
  // D(x; σ) of variance exploding models
  edm: {
    ...fluxionConvention,
    name: "edm",
    clock: { kind: "sigma" },
    state: "exploding",
    prediction: "denoiser",
    dataKey: "x0",
  },
};

/** The convention of a name. @throws RangeError for a name that is not known. */
export function conventionNamed(name: string): Convention {
  if (Object.hasOwn(conventions, name)) return conventions[name];
  const known = Object.keys(conventions).join(", ");
  throw new RangeError(`Cannot use the convention "${name}": no such convention; expected one of ${known}`);
}

/** Their time at our t. @throws RangeError where σ is infinite. */
export function clockAt({ clock }: Convention, t: number, { alpha, beta }: Coefficients): number {
  if (clock.kind === "linear") return clock.noise + (clock.data - clock.noise) * t;
  if (alpha > 0) return beta / alpha;
  throw new RangeError(`Cannot ask for σ at t = ${t}: α is ${alpha} there; expected a time after the noise end`);
}

/** Our t at their time. @throws RangeError for a clock that stands still. */
export function timeOfClock({ clock }: Convention, time: number, scheduler: Scheduler): number {
  if (clock.kind === "sigma") return scheduler.timeOfSnr(1 / time);
  if (clock.noise !== clock.data) return (time - clock.noise) / (clock.data - clock.noise);
  throw new RangeError(`Cannot read a clock: it shows ${clock.noise} at both ends; expected different times`);
}

/** The two ends of a pair by their meaning. */
export function endsOf<T>({ dataKey }: Convention, pair: { readonly x0: T; readonly x1: T }): { noise: T; data: T } {
  return dataKey === "x1" ? { noise: pair.x0, data: pair.x1 } : { noise: pair.x1, data: pair.x0 };
}

/**
 * A model of one convention as a model of another, on the path of one scheduler: its `evaluate` takes the time and state of `to`
 * and answers with the prediction of `to`, by Eq. (M7). By default `to` is ours, and the result a vector field for every solver here.
 * @throws RangeError in use where a conversion has no finite limit, or where a σ or z + σε is infinite.
 */
export function adaptConvention(
  model: VectorField,
  scheduler: Scheduler,
  { from, to = fluxionConvention }: { readonly from: Convention; readonly to?: Convention },
): VectorField {
  return {
    evaluate(time, state, out) {
      const t = timeOfClock(to, time, scheduler);
      const at = scheduler.at(t);
      const x = scaled(state, scaleOf(to, at));
      const theirs = scaled(x, 1 / scaleOf(from, at));
      const answer = model.evaluate(clockAt(from, t, at), theirs, zerosLike(x));
      const ours = changeAnswer(from, at, x, { answer, into: "ours" });
      if (from.prediction !== to.prediction) convert({ from: from.prediction, to: to.prediction, at }, x, ours, ours);
      out.data.set(changeAnswer(to, at, x, { answer: ours, into: "theirs" }).data);
      return out;
    },
  };
}

/**
 * Refuses a model whose convention is not the expected one, naming each difference.
 * @throws RangeError on any difference but the name.
 */
export function requireConvention(actual: Convention, expected: Convention): void {
  const keys = ["clock", "state", "prediction", "velocityRate", "dataKey"] as const;
  const different = keys.filter((key) => JSON.stringify(actual[key]) !== JSON.stringify(expected[key]));
  if (different.length === 0) return;
  const said = different.map((key) => `${key} ${JSON.stringify(actual[key])} for ${JSON.stringify(expected[key])}`).join(", ");
  throw new RangeError(
    `Cannot use a model of the convention "${actual.name}" as one of "${expected.name}": it has ${said}; expected adaptConvention first`,
  );
}

/** x = scale·(their state): 1 on the path, α for z + σε. */
function scaleOf({ state }: Convention, { alpha }: Coefficients): number {
  if (state === "path") return 1;
  if (alpha > 0) return alpha;
  throw new RangeError("Cannot use the state z + σε where α = 0: it is infinite; expected a time after the noise end");
}

function scaled(x: Points, factor: number): Points {
  return factor === 1 ? x : { ...x, data: x.data.map((v) => factor * v) };
}

/** The same prediction, of our state by t or of theirs by their clock: velocities and scores depend on these, the others do not. */
function changeAnswer(
  convention: Convention,
  at: Coefficients,
  x: Points,
  { answer, into }: { readonly answer: Points; readonly into: "ours" | "theirs" },
): Points {
  const { prediction, velocityRate } = convention;
  const scale = scaleOf(convention, at);
  if (prediction === "score") return scaled(answer, into === "ours" ? 1 / scale : scale);
  if (prediction !== "velocity") return { ...answer, data: answer.data.slice() };
  const drift = convention.state === "path" ? 0 : at.dAlpha / at.alpha; // of αx̃, beside α·dx̃/dt
  const data =
    into === "ours"
      ? answer.data.map((v, d) => scale * velocityRate * v + drift * x.data[d])
      : answer.data.map((v, d) => (v - drift * x.data[d]) / (scale * velocityRate));
  return { ...answer, data };
}
