import { type ComponentFamily, componentPosterior, type Posterior, type WeightedAtoms } from "../field/index.js";
import { diagonalSeeing } from "./seeing.js";
import { seenAtoms } from "./seen-atoms.js";

/**
 * Posterior weights raised to a power, λ_i(γ) ∝ λ_i^γ, under the source N(0, I): γ = 1 is the posterior, γ → 0 forgets x,
 * γ → ∞ keeps the atom of largest posterior weight. Since λ_i^γ ∝ π_i^γ exp(−γ‖x − αz_i‖²/2β²), these are the weights of a
 * path with noise β/√γ, asked at (α, β): the denoiser of a sampler that takes its noise to be less (γ > 1) than it is.
 *
 * All means and derivatives are of these weights. The score is Σλ_i(γ)∇ log p_t(x|z_i), the gradient of
 * `logDensity` = (1/γ) log Σ_i (π_i p_t(x|z_i))^γ; that is log p_t for γ = 1 and otherwise the logarithm of no normalised
 * density, nor does the field transport it. `limit` is that of γ = 1. Eq. (M5)
 * @throws RangeError unless γ is positive and finite.
 */
export function temperedPosterior(atoms: WeightedAtoms, power: number): Posterior {
  if (!(power > 0 && power < Infinity)) {
    throw new RangeError(`Cannot temper the posterior: the power is ${power}; expected a positive finite number`);
  }
  const { dim } = atoms.points;
  const seeing = diagonalSeeing(new Float64Array(dim).fill(1), new Float64Array(dim), "the source");
  const posterior = componentPosterior(raised(seenAtoms(atoms, seeing), power));
  return {
    ...posterior,
    evaluate(x, at, want) {
      const moments = posterior.evaluate(x, at, want);
      const { data } = moments.score;
      for (let d = 0; d < data.length; d++) data[d] /= power;
      return { ...moments, logDensity: moments.logDensity.map((l) => l / power) };
    },
  };
}

/** Components with densities (π p)^γ, so that their scores are γ times as large. */
function raised(family: ComponentFamily, power: number): ComponentFamily {
  return {
    ...family,
    at(point) {
      const components = family.at(point);
      return {
        ...components,
        logDensities(x, out) {
          components.logDensities(x, out);
          for (let i = 0; i < out.length; i++) out[i] *= power;
        },
        means(x, which, out) {
          components.means(x, which, out);
          const { data } = out.score;
          for (let d = 0; d < which.length * family.dim; d++) data[d] *= power;
        },
      };
    },
  };
}
