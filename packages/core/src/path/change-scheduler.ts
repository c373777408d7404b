import type { VectorField } from "../ode/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { Coefficients, Scheduler } from "../scheduler/index.js";

/** How a path of one scheduler is read off that of another at the same signal-to-noise ratio. */
export interface ChangeOfScheduler {
  /** The time t of the old path with α/β as the new one has at r. */
  readonly t: number;
  /** c = α_new/α_old = β_new/β_old: x_new = c·x_old. */
  readonly scale: number;
  /** ċ/c, the rate of the scale in the time of the new path. */
  readonly rate: number;
  /** c·dt/dr, the factor of the old velocity. */
  readonly speed: number;
}

/**
 * The same flow on another clock and scale: in w = x/β and s = α/β every Gaussian path obeys dw/ds = μ(w, s), so that
 * at equal s the positions differ by the factor c. Eq. (M9)
 * @throws RangeError where the old path does not reach the ratio (`vp` near noise, `condOt({ sigmaMin })` near data), or
 * where a slope leaves no finite limit.
 */
export function changeOfScheduler(from: Scheduler, to: Scheduler, r: number): ChangeOfScheduler {
  const now = to.at(r);
  const t = from.timeOfSnr(now.alpha / now.beta);
  const old = from.at(t);
  requireReached(from, old, to, now, r);
  const byAlpha = old.alpha >= old.beta; // the larger of the two carries the scale, so that both ends are exact
  const scale = byAlpha ? now.alpha / old.alpha : now.beta / old.beta;
  const clock = clockRate(old, now, scale);
  const drift = byAlpha
    ? (now.dAlpha - scale * old.dAlpha * clock) / old.alpha
    : (now.dBeta - scale * old.dBeta * clock) / old.beta;
  const change = { t, scale, rate: drift / scale, speed: scale * clock };
  if (Number.isFinite(change.rate) && Number.isFinite(change.speed)) return change;
  throw new RangeError(
    `Cannot change the path "${from.name}" into "${to.name}" at t = ${r}: its rate is ${change.rate} and its speed ${change.speed}; expected a time at which both are finite`,
  );
}

/** dt/dr from d(α/β) = (α̇β − αβ̇)/β²; at the data end, where α = 1 and β = 0, from the slopes β̇ or, if infinite, ββ̇. */
function clockRate(old: Coefficients, now: Coefficients, scale: number): number {
  const turn = ({ alpha, beta, dAlpha, dBeta }: Coefficients): number => dAlpha * beta - alpha * dBeta;
  if (Number.isFinite(old.dBeta)) return turn(now) / (scale * scale * turn(old));
  return Number.isFinite(now.dBeta) ? 0 : now.betaDBeta / old.betaDBeta;
}

/** Refuses a ratio beyond the ends of the old path, to which its inverse was clamped, or whose time rounds to 1. */
function requireReached(from: Scheduler, old: Coefficients, to: Scheduler, now: Coefficients, r: number): void {
  const [first, last] = [from.at(0), from.at(1)].map(({ alpha, beta }) => alpha / beta);
  const wanted = now.alpha / now.beta;
  if (wanted >= first && wanted <= last && (old.beta > 0 || now.beta === 0)) return;
  throw new RangeError(
    `Cannot change the path "${from.name}" into "${to.name}" at t = ${r}: α/β is ${wanted} there; expected a ratio that "${from.name}" reaches before t rounds to 1, from ${first} to ${last}`,
  );
}

/**
 * The vector field of one scheduler as that of another: u_new(r, x) = (ċ/c)·x + c·ṫ·u_old(t, x/c). Eq. (M9)
 * A model trained on one path samples on another without training.
 * @throws RangeError as `changeOfScheduler` does, or where the field does.
 */
export function changeScheduler(field: VectorField, from: Scheduler, to: Scheduler): VectorField {
  return {
    evaluate(r: number, x: Points, out: Points): Points {
      const { t, scale, rate, speed } = changeOfScheduler(from, to, r);
      const old = zerosLike(x);
      for (let d = 0; d < x.data.length; d++) old.data[d] = x.data[d] / scale;
      const velocity = field.evaluate(t, old, zerosLike(x)).data;
      for (let d = 0; d < x.data.length; d++) out.data[d] = rate * x.data[d] + speed * velocity[d];
      return out;
    },
  };
}
