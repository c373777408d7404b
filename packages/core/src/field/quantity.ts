import type { Points } from "../points/index.js";
import type { Coefficients } from "../scheduler/index.js";
import type { DataLimit, Means, Moments } from "./posterior.js";

/** What can be asked of the marginal vector field at (t, x); the names that `fluxion field --want` takes. */
export type Quantity =
  | "velocity"
  | "denoiser"
  | "noise"
  | "score"
  | "logDensity"
  | "divergence"
  | "traceCov"
  | "entropy"
  | "ess"
  | "jvp";

/** What follows from the posterior mean alone. */
export type MeanQuantity = "velocity" | "denoiser" | "noise" | "score";

interface Recipe<Known> {
  /** Whether the scan must compute second moments. */
  readonly spread: boolean;
  /** The value per point, [B] or [B, D] row-major. */
  of(known: Known, at: Coefficients, x: Points): Float64Array;
  /** The value at the data end, β = 0 over atoms; absent where the limit does not exist. */
  atData?(limit: DataLimit): Float64Array;
}

/** Σ of two scaled arrays: r·p + s·q. A zero factor drops its term, so that 0 · ∞ never arises from a vanishing slope. */
function combine(r: number, p: Float64Array, s: number, q: Float64Array): Float64Array {
  return p.map((value, i) => (r === 0 ? 0 : r * value) + (s === 0 ? 0 : s * q[i]));
}

const missing = (what: string): never => {
  throw new Error(`internal: the scan did not compute ${what}`);
};

/** The quantities that need nothing but the means. Eq. (M6), Eq. (M7) */
const meanRecipes: Record<MeanQuantity, Recipe<Means>> = {
  velocity: {
    spread: false,
    of: (m, { dAlpha, betaDBeta }) => combine(dAlpha, m.denoiser.data, betaDBeta, m.scaledNoise.data),
  },
  denoiser: { spread: false, of: (m) => m.denoiser.data, atData: (limit) => limit.denoiser.data },
  noise: { spread: false, of: (m, { beta }) => m.scaledNoise.data.map((v) => beta * v) },
  score: { spread: false, of: (m) => m.score.data },
};

/** Every quantity as a function of one scan. Eq. (M6), Eq. (M7) */
export const recipes: Record<MeanQuantity, Recipe<Means>> & Record<Exclude<Quantity, MeanQuantity>, Recipe<Moments>> = {
  ...meanRecipes,
  logDensity: { spread: false, of: (m) => m.logDensity },
  divergence: {
    spread: true,
    of: ({ spread = missing("the spread") }, { dAlpha, betaDBeta }) =>
      combine(dAlpha, spread.denoiserDivergence, betaDBeta, spread.scaledNoiseDivergence),
  },
  traceCov: {
    spread: true,
    of: ({ spread = missing("the spread") }) => spread.traceCov,
    atData: (limit) => limit.traceCov,
  },
  entropy: { spread: false, of: (m) => m.entropy, atData: (limit) => limit.entropy },
  ess: { spread: false, of: (m) => m.ess, atData: (limit) => limit.ess },
  jvp: {
    spread: false,
    of: ({ tangent = missing("the tangent") }, { dAlpha, betaDBeta }) =>
      combine(dAlpha, tangent.denoiser.data, betaDBeta, tangent.scaledNoise.data),
  },
};

/** Whether a quantity follows from the posterior mean alone. */
export function needsMeanOnly(name: Quantity): name is MeanQuantity {
  return Object.hasOwn(meanRecipes, name);
}

/** All quantities by name. */
export const quantities: readonly Quantity[] = Object.keys(recipes) as Quantity[];
