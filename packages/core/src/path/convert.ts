/**
 * Velocity, denoiser, noise and score are one posterior mean in four parametrisations: each is a linear function of x
 * and of any other, with coefficients that depend on the scheduler alone. Eq. (M7), for the source N(0, I).
 * Every conversion is written so that it is finite wherever its limit is: nothing divides by β and multiplies by it again.
 */
import { type Points, zerosLike } from "../points/index.js";
import type { Coefficients } from "../scheduler/index.js";

/** The four parametrisations: u, μ = E[z|x], ε̂ = E[ε|x], ∇ log p. */
export type Prediction = "velocity" | "denoiser" | "noise" | "score";

/** `to = x·(point) + value·(prediction)`. */
export interface Conversion {
  readonly x: number;
  readonly value: number;
}

type Rule = (at: Coefficients) => Conversion;

const same: Rule = () => ({ x: 0, value: 1 });
const undetermined: Conversion = { x: Number.NaN, value: Number.NaN };

/** α̇β − αβ̇, positive inside (0, 1): β² times the slope of the signal-to-noise ratio. */
const turn = ({ alpha, beta, dAlpha, dBeta }: Coefficients): number => dAlpha * beta - alpha * dBeta;
/** β·(α̇β − αβ̇) through ββ̇, which is finite at t = 1 where β̇ is not. */
const turnTimesBeta = ({ alpha, beta, dAlpha, betaDBeta }: Coefficients): number => dAlpha * beta * beta - alpha * betaDBeta;

/**
 * From u = α̇μ + β̇ε and x = αμ + βε. At β = 0 the denoiser is x/α, at α = 0 the noise is x/β, whatever the other
 * prediction says; these ends come first, so that they hold where a slope vanishes or is infinite.
 */
const rules: Record<Prediction, Record<Prediction, Rule>> = {
  velocity: {
    velocity: same,
    denoiser: (c) => (c.beta === 0 ? { x: 1 / c.alpha, value: 0 } : { x: -c.dBeta / turn(c), value: c.beta / turn(c) }),
    noise: (c) => {
      if (c.alpha === 0) return { x: 1 / c.beta, value: 0 };
      if (!Number.isFinite(c.dBeta)) return undetermined;
      return { x: c.dAlpha / turn(c), value: -c.alpha / turn(c) };
    },
    score: (c) =>
      c.alpha === 0 ? { x: -1 / c.beta ** 2, value: 0 } : { x: -c.dAlpha / turnTimesBeta(c), value: c.alpha / turnTimesBeta(c) },
  },
  denoiser: {
    velocity: (c) => ({ x: c.dBeta / c.beta, value: turn(c) / c.beta }),
    denoiser: same,
    noise: (c) => ({ x: 1 / c.beta, value: -c.alpha / c.beta }),
    score: (c) => ({ x: -1 / c.beta ** 2, value: c.alpha / c.beta ** 2 }),
  },
  noise: {
    velocity: (c) => ({ x: c.dAlpha / c.alpha, value: -turn(c) / c.alpha }),
    denoiser: (c) => ({ x: 1 / c.alpha, value: -c.beta / c.alpha }),
    noise: same,
    score: (c) => ({ x: 0, value: -1 / c.beta }),
  },
  score: {
    velocity: (c) => ({ x: c.dAlpha / c.alpha, value: turnTimesBeta(c) / c.alpha }),
    denoiser: (c) => ({ x: 1 / c.alpha, value: (c.beta * c.beta) / c.alpha }),
    noise: (c) => ({ x: 0, value: -c.beta }),
    score: same,
  },
};

/**
 * The coefficients of a conversion at one point of the path.
 * @throws RangeError where they have no finite limit: from noise or score at α = 0, to score or from denoiser to noise
 * at β = 0, to a velocity that is infinite, or from one to the noise.
 */
export function conversion(from: Prediction, to: Prediction, at: Coefficients): Conversion {
  const result = rules[from][to](at);
  if (Number.isFinite(result.x) && Number.isFinite(result.value)) return result;
  throw new RangeError(
    `Cannot convert ${from} to ${to} at (α, β, α̇, β̇) = (${at.alpha}, ${at.beta}, ${at.dAlpha}, ${at.dBeta}): the limit does not exist; expected a time inside (0, 1)`,
  );
}

/**
 * Converts a prediction at points x into another one, [B, D]; `out` may be `value` itself. Eq. (M7)
 * Where the coefficient of `value` is 0 it is not read, so that an infinite velocity at an end converts too.
 * @throws RangeError on unequal shapes, or where `conversion` has no finite limit.
 */
export function convert(
  { from, to, at }: { from: Prediction; to: Prediction; at: Coefficients },
  x: Points,
  value: Points,
  out: Points = zerosLike(x),
): Points {
  if (value.size !== x.size || value.dim !== x.dim) {
    throw new RangeError(
      `Cannot convert ${from} to ${to}: x is [${x.size}, ${x.dim}], the value is [${value.size}, ${value.dim}]; expected equal shapes`,
    );
  }
  const c = conversion(from, to, at);
  for (let d = 0; d < x.data.length; d++) {
    out.data[d] = c.x * x.data[d] + (c.value === 0 ? 0 : c.value * value.data[d]);
  }
  return out;
}
