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

/** β·(α̇β − αβ̇) = α̇β² − αββ̇, positive inside (0, 1): the slope of the signal-to-noise ratio times β³. */
const turn = ({ alpha, beta, dAlpha, betaDBeta }: Coefficients): number => dAlpha * beta * beta - alpha * betaDBeta;
/** α̇β − αβ̇ without the vanishing factor β where β̇ is finite. */
const turnOverBeta = ({ alpha, beta, dAlpha, dBeta }: Coefficients): number => dAlpha * beta - (alpha === 0 ? 0 : alpha * dBeta);

const rules: Record<Prediction, Record<Prediction, Rule>> = {
  velocity: {
    velocity: same,
    denoiser: (c) =>
      Number.isFinite(c.dBeta)
        ? { x: -c.dBeta / turnOverBeta(c), value: c.beta / turnOverBeta(c) }
        : { x: -c.betaDBeta / turn(c), value: (c.beta * c.beta) / turn(c) },
    noise: (c) => ({ x: c.dAlpha / turnOverBeta(c), value: -c.alpha / turnOverBeta(c) }),
    score: (c) => ({ x: -c.dAlpha / turn(c), value: c.alpha / turn(c) }),
  },
  denoiser: {
    velocity: (c) => ({ x: c.dBeta / c.beta, value: turnOverBeta(c) / c.beta }),
    denoiser: same,
    noise: (c) => ({ x: 1 / c.beta, value: -c.alpha / c.beta }),
    score: (c) => ({ x: -1 / c.beta ** 2, value: c.alpha / c.beta ** 2 }),
  },
  noise: {
    velocity: (c) => ({ x: c.dAlpha / c.alpha, value: -turnOverBeta(c) / c.alpha }),
    denoiser: (c) => ({ x: 1 / c.alpha, value: -c.beta / c.alpha }),
    noise: same,
    score: (c) => ({ x: 0, value: -1 / c.beta }),
  },
  score: {
    velocity: (c) => ({ x: c.dAlpha / c.alpha, value: turn(c) / c.alpha }),
    denoiser: (c) => ({ x: 1 / c.alpha, value: (c.beta * c.beta) / c.alpha }),
    noise: (c) => ({ x: 0, value: -c.beta }),
    score: same,
  },
};

/**
 * The coefficients of a conversion at one point of the path.
 * @throws RangeError where the limit does not exist: from noise or score at α = 0, to a diverging prediction at β = 0,
 * from the velocity at an end where it carries no denoiser or is infinite.
 */
export function conversion(from: Prediction, to: Prediction, at: Coefficients): Conversion {
  const result = rules[from][to](at);
  if (from !== to && (from === "velocity" || to === "velocity") && !Number.isFinite(at.dAlpha)) refuse(from, to, at);
  if (!Number.isFinite(result.x) || !Number.isFinite(result.value)) refuse(from, to, at);
  return result;
}

function refuse(from: Prediction, to: Prediction, { alpha, beta, dAlpha, dBeta }: Coefficients): never {
  throw new RangeError(
    `Cannot convert ${from} to ${to} at (α, β, α̇, β̇) = (${alpha}, ${beta}, ${dAlpha}, ${dBeta}): the limit does not exist; expected a time inside (0, 1)`,
  );
}

/** Converts a prediction at points x into another one, [B, D]; `out` may be `value` itself. Eq. (M7) */
export function convert(
  { from, to, at }: { from: Prediction; to: Prediction; at: Coefficients },
  x: Points,
  value: Points,
  out: Points = zerosLike(x),
): Points {
  const c = conversion(from, to, at);
  for (let d = 0; d < x.data.length; d++) out.data[d] = c.x * x.data[d] + c.value * value.data[d];
  return out;
}
