import type { Source } from "../distribution/index.js";
import { rows, zeros } from "../points/index.js";
import { componentPosterior } from "./component-posterior.js";
import type { ComponentMeans, Components } from "./components.js";
import type { WeightedAtoms } from "./logits.js";
import type { PathPoint, Posterior } from "./posterior.js";
import { requireWeights } from "./require.js";

/** Atoms seen at a time, so that scratch does not grow with the data. */
const CHUNK = 1024;

/**
 * The exact posterior over atoms for any source with a log-density and a score: with ε_i = (x − αz_i)/β, Eq. (M5)
 *
 *     log p_t(x|z_i) = log p_init(ε_i) − D log β     ∇ log p_t(x|z_i) = ∇ log p_init(ε_i)/β
 *
 * The score is no longer −E[ε|x]/β, nor is the marginal vector field a gradient unless the source is an isotropic
 * Gaussian; it is still E[ẋ|x], and still what the CFM loss converges to. At β = 0 the limit depends on the tails of the
 * source and is refused.
 * @throws RangeError when the weights do not sum to one or the dims differ.
 */
export function sourcePosterior(atoms: WeightedAtoms, source: Source): Posterior {
  const { size, dim } = atoms.points;
  requireWeights(atoms.logWeights, size);
  if (source.dim !== dim) {
    throw new RangeError(`Cannot bind the data: the source has dim ${source.dim}, the data has dim ${dim}; expected equal dims`);
  }
  return componentPosterior({
    dim,
    size,
    singularAtData: true,
    limit: refuseTails,
    at: (point) => shiftedSources(atoms, source, point),
  });
}

function refuseTails(): never {
  throw new RangeError(
    "Cannot take the limit at the data: which atom is nearest depends on the tails of the source; expected t < 1, or the source N(0, I)",
  );
}

function shiftedSources({ points: z, logWeights }: WeightedAtoms, source: Source, { alpha, beta }: PathPoint): Components {
  if (!(beta > 0)) {
    throw new RangeError(`Cannot evaluate the posterior at β = ${beta}: atoms have no density there; expected t < 1`);
  }
  const { size: N, dim: D } = z;
  const scratch = zeros(Math.min(CHUNK, N), D);
  const noise = (x: Float64Array, i: number, out: Float64Array, from: number): void => {
    for (let d = 0; d < D; d++) out[from + d] = (x[d] - alpha * z.data[i * D + d]) / beta;
  };
  return {
    logDensities(x, out) {
      const density = new Float64Array(scratch.size);
      for (let from = 0; from < N; from += scratch.size) {
        const n = Math.min(scratch.size, N - from);
        for (let j = 0; j < n; j++) noise(x, from + j, scratch.data, j * D);
        const found = source.logDensity(rows(scratch, 0, n), density.subarray(0, n));
        for (let j = 0; j < n; j++) out[from + j] = logWeights[from + j] + found[j] - D * Math.log(beta);
      }
    },
    means(x, which, out: ComponentMeans) {
      const n = which.length;
      const { data } = out.scaledNoise;
      for (let j = 0; j < n; j++) {
        noise(x, which[j], data, j * D);
        for (let d = 0; d < D; d++) out.denoiser.data[j * D + d] = z.data[which[j] * D + d];
      }
      const score = source.score(rows(out.scaledNoise, 0, n), rows(out.score, 0, n)).data;
      for (let d = 0; d < n * D; d++) {
        out.score.data[d] = score[d] / beta;
        data[d] /= beta;
      }
    },
    within(_, out) {
      out.traceCov = out.denoiserDivergence = 0; // E[z|x,i] = z_i does not move
      out.scaledNoiseDivergence = D / (beta * beta);
    },
    addTangent(_, r, v, out) {
      for (let d = 0; d < D; d++) out.scaledNoise[d] += (r * v[d]) / (beta * beta);
    },
  };
}
