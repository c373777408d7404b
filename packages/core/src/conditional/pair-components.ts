import { type ComponentFamily, type ComponentMeans, logitsOf, type PathPoint } from "../field/index.js";
import type { PairVariance } from "../path/index.js";
import { zerosLike } from "../points/index.js";
import type { Pairs } from "./pairs.js";

/** Where on the path: x = αx1 + βx0 + s·e, e ~ N(0, I). */
export interface PairPoint extends PathPoint, Pick<PairVariance, "variance"> {}

/**
 * Pairs as components N(m_i, s²I) with m_i = αx1_i + βx0_i. In the place of the denoiser stands x1, in that of the scaled
 * noise x0 itself (not divided by β, so that t = 1 is no exception), and the score is that of the component. Eq. (M5)
 * @throws RangeError where s is 0, as far as float64 can tell: there the path is made of atoms.
 */
export function pairComponents({ x0, x1, logWeights }: Pairs, { alpha, beta, variance }: PairPoint): ComponentFamily {
  if (!(0.5 / variance < Infinity)) {
    throw new RangeError(
      `Cannot evaluate the path between pairs: its variance is ${variance}, where it is made of points; expected a time at which it is positive`,
    );
  }
  const { dim: D, size: N } = x0;
  const means = zerosLike(x0); // m
  for (let d = 0; d < means.data.length; d++) means.data[d] = alpha * x1.data[d] + beta * x0.data[d];
  const centres = { points: means, logWeights };
  const constant = -0.5 * D * Math.log(2 * Math.PI * variance);
  const components = {
    logDensities(x: Float64Array, out: Float64Array) {
      logitsOf(centres, x, { alpha: 1, variance }, out);
      for (let i = 0; i < N; i++) out[i] += constant;
    },
    means(x: Float64Array, which: Int32Array, { denoiser, scaledNoise, score }: ComponentMeans) {
      for (let j = 0; j < which.length; j++) {
        for (let d = 0, to = j * D, from = which[j] * D; d < D; d++, to++, from++) {
          denoiser.data[to] = x1.data[from];
          scaledNoise.data[to] = x0.data[from];
          score.data[to] = (means.data[from] - x[d]) / variance;
        }
      }
    },
    within(_: number, out: { traceCov: number; denoiserDivergence: number; scaledNoiseDivergence: number }) {
      out.traceCov = out.denoiserDivergence = out.scaledNoiseDivergence = 0; // the ends of a pair do not move with x
    },
    addTangent() {},
  };
  return { dim: D, size: N, singularAtData: false, limit: refuseEnds, at: () => components };
}

function refuseEnds(): never {
  throw new RangeError("Cannot take the limit at the data: a path between pairs has none; expected a time of positive variance");
}
