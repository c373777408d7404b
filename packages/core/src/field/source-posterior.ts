import type { Source } from "../distribution/index.js";
import { type Points, points, row, rows, zeros } from "../points/index.js";
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
  const noiseOf = (x: Float64Array, i: number, out: Float64Array): void => {
    for (let d = 0; d < D; d++) out[d] = (x[d] - alpha * z.data[i * D + d]) / beta;
  };
  return {
    logDensities(x, out) {
      const density = new Float64Array(scratch.size);
      for (let from = 0; from < N; from += scratch.size) {
        const n = Math.min(scratch.size, N - from);
        const noise = rows(scratch, 0, n);
        for (let j = 0; j < n; j++) noiseOf(x, from + j, row(noise, j));
        const found = source.logDensity(noise, density.subarray(0, n));
        for (let j = 0; j < n; j++) out[from + j] = logWeights[from + j] + found[j] - D * Math.log(beta);
      }
    },
    means(x, which, out: ComponentMeans) {
      const n = which.length;
      const noise: Points = points(new Float64Array(n * D), D);
      which.forEach((i, j) => {
        noiseOf(x, i, row(noise, j));
        row(out.denoiser, j).set(row(z, i));
      });
      const score = source.score(noise, rows(out.score, 0, n)).data;
      for (let d = 0; d < n * D; d++) {
        out.scaledNoise.data[d] = noise.data[d] / beta;
        out.score.data[d] = score[d] / beta;
      }
    },
    within: () => ({ traceCov: 0, denoiserDivergence: 0, scaledNoiseDivergence: D / (beta * beta) }),
    addTangent(_, r, v, out) {
      for (let d = 0; d < D; d++) out.scaledNoise[d] += (r * v[d]) / (beta * beta); // E[z|x,i] = z_i does not move
    },
  };
}
