/**
 * Atoms seen through W. With x' = x − βm, y = Wx' and the images Wz_i and WᵀWz_i made once, Eq. (M5)
 *
 *     log p_t(x|z_i) = −‖y − αWz_i‖²/(2β²) + ½ log det WᵀW − (r/2) log 2πβ²     ∇ log p_t(x|z_i) = −WᵀW(x' − αz_i)/β²
 *
 * so that a query costs N·r for its logits whatever Σ is. Of a hidden coordinate nothing is learnt: E[ε_d|x] = m_d.
 */
import {
  type ComponentFamily,
  type ComponentMeans,
  type Components,
  dataLimit,
  logitsOf,
  type PathPoint,
  type WeightedAtoms,
} from "../field/index.js";
import { type Points, row, zeros } from "../points/index.js";
import type { Seeing } from "./seeing.js";

/** Atoms with their images. */
interface Images {
  readonly z: Points;
  /** Wz_i, with the log-weights. */
  readonly white: WeightedAtoms;
  /** WᵀWz_i. */
  readonly precise: Points;
}

/** Atoms under the source N(m, Σ), as components; `limit` finds the nearest atoms in the metric WᵀW. */
export function seenAtoms(atoms: WeightedAtoms, seeing: Seeing): ComponentFamily {
  const { points: z, logWeights } = atoms;
  if (z.dim !== seeing.dim) {
    throw new RangeError(
      `Cannot bind the data: the source has dim ${seeing.dim}, the data has dim ${z.dim}; expected equal dims`,
    );
  }
  const whitened = mapRows(z, seeing.whiten, seeing.rank);
  const images = { z, white: { points: whitened, logWeights }, precise: mapRows(z, seeing.precision, z.dim) };
  return {
    dim: z.dim,
    size: z.size,
    singularAtData: true,
    limit: (x, top = 0) => dataLimit(atoms, x, top, { atoms: whitened, x: mapRows(x, seeing.whiten, seeing.rank) }),
    at: (point) => componentsAt(images, seeing, point),
  };
}

function mapRows(x: Points, map: (v: Float64Array, out: Float64Array) => void, dim: number): Points {
  const out = zeros(x.size, dim);
  for (let b = 0; b < x.size; b++) map(row(x, b), row(out, b));
  return out;
}

function componentsAt({ z, white, precise }: Images, seeing: Seeing, { alpha, beta }: PathPoint): Components {
  const { dim: D, rank, logDet, mean, seen } = seeing;
  const variance = beta * beta;
  if (!(0.5 / variance < Infinity)) {
    throw new RangeError(
      `Cannot evaluate the posterior at β = ${beta}: atoms have no density there in float64; expected t < 1, or the limit at the data`,
    );
  }
  const constant = 0.5 * logDet - 0.5 * rank * Math.log(2 * Math.PI * variance);
  const centred = new Float64Array(D); // x − βm
  const whitened = new Float64Array(rank);
  const image = new Float64Array(D);
  const centre = (x: Float64Array): void => {
    for (let d = 0; d < D; d++) centred[d] = x[d] - beta * mean[d];
  };
  return {
    logDensities(x, out) {
      centre(x);
      seeing.whiten(centred, whitened);
      logitsOf(white, whitened, { alpha, variance }, out);
      for (let i = 0; i < out.length; i++) out[i] += constant;
    },
    means(x, which, { denoiser, scaledNoise, score }: ComponentMeans) {
      centre(x);
      seeing.precision(centred, image);
      for (let j = 0; j < which.length; j++) {
        for (let d = 0, to = j * D, from = which[j] * D; d < D; d++, to++, from++) {
          denoiser.data[to] = z.data[from];
          scaledNoise.data[to] = seen[d] === 1 ? (x[d] - alpha * z.data[from]) / variance : mean[d] / beta;
          score.data[to] = -(image[d] - alpha * precise.data[from]) / variance;
        }
      }
    },
    within(_, out) {
      out.traceCov = out.denoiserDivergence = 0; // E[z|x,i] = z_i does not move
      out.scaledNoiseDivergence = seen.reduce((sum, s) => sum + s, 0) / variance;
    },
    addTangent(_, r, v, out) {
      for (let d = 0; d < D; d++) if (seen[d] === 1) out.scaledNoise[d] += (r * v[d]) / variance;
    },
  };
}
