/**
 * In w = x/β and s = α/β every Gaussian path obeys dw/ds = μ(w, s), Eq. (M9), so that a step is
 *
 *     x' = (β'/β) x + β'·∫ μ ds,   β'(s' − s) = α' − αβ'/β,
 *
 * and a method is a rule for the integral: weights of the denoisers that are known, relative to s' − s. Multistep rules take μ for
 * a polynomial in log s, as the half log-SNR λ of [Lu2022]; where log s or log s' is infinite (the ends of the path) they have no
 * meaning and the rule of lower order stands in, which is exact in the limit at s' = ∞.
 */
import type { Coefficients } from "../scheduler/index.js";

/** A rule for ∫ μ ds: `ddim` of order 1, `dpm++2m` of order 2, `unipc` of order 2 with its corrector of order 3. */
export type ExponentialMethod = "ddim" | "dpm++2m" | "unipc";

/** All rules by name. */
export const exponentialMethods: readonly ExponentialMethod[] = ["ddim", "dpm++2m", "unipc"];

/** x' = keep·x + gain·(weighted mean of denoisers). */
export interface ExponentialStep {
  /** β'/β. */
  readonly keep: number;
  /** β'(s' − s). */
  readonly gain: number;
}

/** The two factors of a step of the path. @throws RangeError from β = 0, where w = x/β is infinite. */
export function exponentialStep(from: Coefficients, to: Coefficients): ExponentialStep {
  if (!(from.beta > 0)) {
    throw new RangeError("Cannot take an exponential step: β is 0 at its start; expected a start before the data end");
  }
  const keep = to.beta / from.beta;
  return { keep, gain: to.alpha - from.alpha * keep };
}

/**
 * The weights of (μ_n, μ_{n−1}) for the step from s to s' after one that started at s₋: those of the line through both in log s
 * with the slope taken at the middle, 1 + h/(2h₋) and −h/(2h₋) [Lu2022]; the predictor of UniPC-2 is the same [Zhao2023].
 */
export function predictorWeights(before: number | undefined, s: number, next: number): readonly [number, number] {
  const h = Math.log(next / s);
  if (before === undefined || !Number.isFinite(h)) return [1, 0];
  const slope = h / (2 * Math.log(s / before)); // 0 after a step from s = 0
  return [1 + slope, -slope];
}

/**
 * The weights of (μ_{n+1}, μ_n, μ_{n−1}): the exact ∫ of the parabola through all three in log s; the corrector UniC-2 of
 * [Zhao2023], whose free function B(h) cancels. Without three finite nodes (½, ½, 0).
 */
export function correctorWeights(before: number | undefined, s: number, next: number): readonly [number, number, number] {
  const h = Math.log(next / s);
  const q = before === undefined ? Infinity : Math.log(s / before) / h;
  if (!Number.isFinite(h) || !Number.isFinite(q)) return [0.5, 0.5, 0];
  const [first, second] = momentsOf(h);
  return [(second + q * first) / (1 + q), 1 + ((1 - q) * first - second) / q, (second - first) / (q * (1 + q))];
}

/** ∫₀¹ v^k h e^{hv} dv / (e^h − 1) for k = 1, 2: by series where the closed form cancels. */
function momentsOf(h: number): readonly [number, number] {
  const mass = Math.expm1(h);
  if (Math.abs(h) >= 1) {
    const first = (Math.exp(h) * (h - 1) + 1) / (h * mass);
    return [first, (mass + 1) / mass - (2 * first) / h];
  }
  let [first, second] = [0, 0];
  for (let j = 0, term = h; j < 20; j++, term *= h / j) {
    first += term / (j + 2);
    second += term / (j + 3);
  }
  return [first / mass, second / mass];
}
