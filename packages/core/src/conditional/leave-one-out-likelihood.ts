import { logitsOf, type WeightedAtoms } from "../field/index.js";
import { row } from "../points/index.js";

/**
 * The mean leave-one-out log-likelihood of a kernel density, for each width h: nats a point, weighted as the atoms are,
 *
 *     L(h) = Σ_i π_i log [Σ_{j≠i} π_j N(z_i; z_j, h²I) / (1 − π_i)]
 *
 * whose maximum is the width that cross-validation picks [Silverman1986]. Every distance is computed once for all widths:
 * N²·D multiply-adds and N² exponentials a width. Compare `weightEntropy`: a kernel density without the leaving out grows
 * without bound as h → 0.
 * @throws RangeError when a width is not positive and finite, there are fewer than two atoms, or an atom is so far from all
 * others that its density is 0 in float64.
 */
export function leaveOneOutLogLikelihood(atoms: WeightedAtoms, bandwidths: ArrayLike<number>): Float64Array {
  const { points: z, logWeights } = atoms;
  const { size: N, dim: D } = z;
  const widths = Array.from(bandwidths, requireWidth);
  if (N < 2) throw new RangeError(`Cannot leave one atom out: there are ${N}; expected at least 2`);
  const out = new Float64Array(widths.length);
  const flat = { points: z, logWeights: new Float64Array(N) };
  const minusSquares = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    if (logWeights[i] === -Infinity) continue;
    const weight = Math.exp(logWeights[i]);
    logitsOf(flat, row(z, i), { alpha: 1, variance: 0.5 }, minusSquares); // −‖z_i − z_j‖²
    for (let k = 0; k < widths.length; k++) {
      const h = widths[k];
      const density = logSumOthers(minusSquares, logWeights, i, 0.5 / (h * h)) - Math.log1p(-weight);
      if (!(density > -Infinity)) {
        throw new RangeError(
          `Cannot smooth with width ${h}: atom ${i} has density 0 in float64 under the others; expected a larger width`,
        );
      }
      out[k] += weight * (density - 0.5 * D * Math.log(2 * Math.PI * h * h));
    }
  }
  return out;
}

/** log Σ_{j≠i} π_j exp(−scale·d_j²). */
function logSumOthers(minusSquares: Float64Array, logWeights: Float64Array, i: number, scale: number): number {
  let top = -Infinity;
  for (let j = 0; j < minusSquares.length; j++) {
    if (j !== i) top = Math.max(top, logWeights[j] + scale * minusSquares[j]);
  }
  if (top === -Infinity) return top;
  let mass = 0;
  for (let j = 0; j < minusSquares.length; j++) {
    if (j !== i) mass += Math.exp(logWeights[j] + scale * minusSquares[j] - top);
  }
  return top + Math.log(mass);
}

function requireWidth(h: number): number {
  if (h * h > 0 && 0.5 / (h * h) < Infinity && h < Infinity && h > 0) return h;
  throw new RangeError(`Cannot smooth the data: the bandwidth is ${h}; expected a positive finite number`);
}
