import { defineScheduler } from "./define.js";
import type { Scheduler } from "./scheduler.js";

/**
 * The variance-preserving diffusion, run from noise to data [Song2021, Eq. (33)]: with u = 1 − t and
 * T = ½u²(b₁ − b₀) + u·b₀, α = e^{−T/2}, β = √(1 − e^{−T}).
 * It reaches the source only nearly: α_0 = e^{−(b₀ + b₁)/4} (0.0066 by default), so that p_0 is not quite N(0, I).
 * @throws RangeError unless 0 ≤ b₀ < b₁ < ∞.
 */
export function vp(betaMin = 0.1, betaMax = 20): Scheduler {
  if (!(betaMin >= 0 && betaMax > betaMin && betaMax < Infinity)) {
    throw new RangeError(`Cannot make the path "vp": (βmin, βmax) is (${betaMin}, ${betaMax}); expected 0 ≤ βmin < βmax < ∞`);
  }
  const rise = betaMax - betaMin;
  return defineScheduler({
    name: betaMin === 0.1 && betaMax === 20 ? "vp" : `vp:${betaMin},${betaMax}`,
    coefficients(t) {
      const u = 1 - t;
      const total = 0.5 * u * u * rise + u * betaMin; // T
      const rate = u * rise + betaMin; // −dT/dt
      const alpha = Math.exp(-total / 2);
      const beta = Math.sqrt(-Math.expm1(-total));
      const betaDBeta = -0.5 * rate * Math.exp(-total);
      const dBeta = beta > 0 ? betaDBeta / beta : betaMin > 0 ? -Infinity : -Math.sqrt(rise / 2);
      return { alpha, beta, dAlpha: 0.5 * rate * alpha, dBeta, betaDBeta };
    },
    inverseSnr(s) {
      // T, since s² = 1/(e^T − 1); in two forms, so that neither s² nor 1/s² leaves the range of float64
      const total = s < 1 ? Math.log1p(s * s) - 2 * Math.log(s) : Math.log1p((1 / s) * (1 / s));
      return total > 0 ? 1 - (2 * total) / (betaMin + Math.sqrt(betaMin * betaMin + 2 * rise * total)) : 1;
    },
  });
}
