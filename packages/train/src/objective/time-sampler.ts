import { fork, permutation, type Rng, uniform } from "@fluxion/core";
import { type TimeLaw, type TimeLawSpec, timeLaw } from "./time-law.js";

/** How the uniform numbers behind the times of one batch are drawn; every single time has the same law in each. */
export type TimeDraw = "independent" | "stratified" | "antithetic";

/** How times are drawn, and over which law of them the loss is meant, as plain data. */
export type TimeSamplerSpec = TimeLawSpec & {
  /** @defaultValue "independent" */
  readonly draw?: TimeDraw | undefined;
  /** Whether points are weighted by 1/ρ(t), so that the loss is that of uniform times whatever ρ is. @defaultValue false */
  readonly importance?: boolean | undefined;
};

/** Draws the times of batches. */
export interface TimeSampler {
  readonly law: TimeLaw;
  readonly drawn: TimeDraw;
  /** Fills `out` with the times of one batch. */
  draw(rng: Rng, out: Float64Array): Float64Array;
  /** 1/ρ(t) under importance weights, else 1: what a point at t counts. */
  weightOf(t: number): number;
  /** The density of the times that the weighted loss is an average over: 1 under importance weights, else ρ(t). */
  densityOf(t: number): number;
  /** That law in words, as `t ~ uniform`. */
  readonly over: string;
}

/**
 * The sampler of a spec:
 *
 *     independent   u_b uniform,
 *     stratified    u_b = (π(b) + v_b)/B, one in each of B strata, in random order: for smooth f the variance of the mean of
 *                   f(t) falls as B^−3 instead of B^−1 [Cochran1977],
 *     antithetic    u and 1 − u side by side: what is odd about the median cancels.
 *
 * The order of the strata is random since a batch may be cut short or split; t_b alone has the law ρ then too.
 * @throws RangeError as `timeLaw`, and for importance weights whose variance is infinite.
 */
export function timeSampler(spec: TimeSamplerSpec): TimeSampler {
  const { draw: drawn = "independent", importance = false } = spec;
  const law = timeLaw(spec);
  if (importance && !law.correctable) {
    throw new RangeError(
      `Cannot correct for ${law.name}: the weights 1/ρ(t) have no variance; expected a law with uniformShare > 0, or beta with a, b < 2`,
    );
  }
  const numbers = DRAWS[drawn];
  if (numbers === undefined) {
    throw new RangeError(`Cannot draw times: draw is "${String(drawn)}"; expected one of ${Object.keys(DRAWS).join(", ")}`);
  }
  return {
    law,
    drawn,
    draw(rng, out) {
      numbers(rng, out);
      for (let b = 0; b < out.length; b++) out[b] = law.transform(out[b] ?? Number.NaN);
      return out;
    },
    weightOf: (t) => (importance ? 1 / law.density(t) : 1),
    densityOf: (t) => (importance ? 1 : law.density(t)),
    over: importance || law.name === "uniform" ? "t ~ uniform" : `t ~ ${law.name}`,
  };
}

const DRAWS: Readonly<Record<TimeDraw, (rng: Rng, out: Float64Array) => void>> = {
  independent: (rng, out) => void uniform(rng, out),
  stratified(rng, out) {
    uniform(rng, out);
    const order = permutation(fork(rng, "strata"), out.length);
    for (let b = 0; b < out.length; b++) out[b] = ((order[b] ?? 0) + (out[b] ?? 0)) / out.length;
  },
  antithetic(rng, out) {
    const half = uniform(rng, new Float64Array(Math.ceil(out.length / 2)));
    for (let b = 0; b < out.length; b++) {
      const u = half[Math.floor(b / 2)] ?? 0;
      out[b] = b % 2 === 0 ? u : 1 - u;
    }
  },
};
