import { type AtomPosteriorOptions, atomPosterior, type PathPoint, type WeightedAtoms } from "../field/index.js";
import { type Points, row, zerosLike } from "../points/index.js";

/** Points, each with the atom that is left out for it. */
export interface LeftOutQuery {
  /** [B, D]. */
  readonly x: Points;
  /** Index of an atom, [B]. */
  readonly left: ArrayLike<number>;
}

/** The posterior at x_b over all atoms but the one left out there. */
export interface LeftOut {
  /** μ_{−i} = E[z|x, z ≠ z_i], [B, D]. */
  readonly denoiser: Points;
  /** log p_t(x | z ≠ z_i), the density of the path of the others, nats, [B]. */
  readonly logDensity: Float64Array;
  /** λ_i(x), what the atom weighs when it is not left out, [B]. */
  readonly ownWeight: Float64Array;
  /** For how many points the others were scanned again. */
  readonly recomputed: number;
}

/**
 * Where the others weigh less than this together, μ_{−i} is scanned again: above it the difference that the short form takes
 * loses at most six of sixteen digits.
 */
const REST = 1e-6;

/**
 * Leave-one-out posteriors of a whole batch from one scan over all atoms, under the source N(0, I): Eq. (M5)
 *
 *     μ_{−i} = (μ − λ_i m_i)/(1 − λ_i)     log p_{−i} = log p + log(1 − λ_i) − log(1 − π_i)
 *
 * with m_i = E[z|x,i], the atom itself where it is not smoothed. Where 1 − λ_i < 10⁻⁶ it scans the others alone; everywhere
 * else λ_i is off by a few roundings of its logit, and the result by at most 10⁶ times that. What it leaves out are atoms: rows
 * that repeat go together.
 * @throws RangeError when there is no atom to leave out for a point, or none is left.
 */
export function leaveOneOut(
  atoms: WeightedAtoms,
  { x, left }: LeftOutQuery,
  at: PathPoint,
  { bandwidth = 0 }: AtomPosteriorOptions = {},
): LeftOut {
  requireLeft(atoms, x, left);
  const { denoiser, logDensity } = atomPosterior(atoms, { bandwidth }).evaluate(x, at);
  const ownWeight = new Float64Array(x.size);
  const again: number[] = [];
  const component = new Float64Array(x.dim);
  for (let b = 0; b < x.size; b++) {
    const i = left[b];
    const logOwn = ownComponent(atoms, row(x, b), { i, at, bandwidth }, component);
    const own = Math.min(1, Math.exp(logOwn - logDensity[b]));
    ownWeight[b] = own;
    if (1 - own < REST) {
      again.push(b);
      continue;
    }
    const mean = row(denoiser, b);
    for (let d = 0; d < x.dim; d++) mean[d] = (mean[d] - own * component[d]) / (1 - own);
    logDensity[b] += Math.log1p(-own) - Math.log1p(-Math.exp(atoms.logWeights[i]));
  }
  for (const b of again) {
    const x1 = zerosLike({ ...x, size: 1 });
    x1.data.set(row(x, b));
    const found = atomPosterior(others(atoms, left[b]), { bandwidth }).evaluate(x1, at);
    denoiser.data.set(found.denoiser.data, b * x.dim);
    logDensity[b] = found.logDensity[0];
  }
  return { denoiser, logDensity, ownWeight, recomputed: again.length };
}

/** log π_i p_t(x|i) with E[z|x,i] into `out`. */
function ownComponent(
  { points: z, logWeights }: WeightedAtoms,
  x: Float64Array,
  { i, at: { alpha, beta }, bandwidth }: { readonly i: number; readonly at: PathPoint; readonly bandwidth: number },
  out: Float64Array,
): number {
  const variance = beta * beta + (alpha * bandwidth) ** 2;
  const kappa = (alpha * bandwidth * bandwidth) / variance;
  let squared = 0;
  for (let d = 0, from = i * z.dim; d < x.length; d++, from++) {
    const residual = x[d] - alpha * z.data[from];
    squared += residual * residual;
    out[d] = z.data[from] + kappa * residual;
  }
  return logWeights[i] - squared / (2 * variance) - 0.5 * x.length * Math.log(2 * Math.PI * variance);
}

/** The other atoms, with the one left out at weight 0 and the rest renormalised; the points are not copied. */
function others({ points, logWeights }: WeightedAtoms, left: number): WeightedAtoms {
  const rest = Math.log1p(-Math.exp(logWeights[left]));
  return { points, logWeights: logWeights.map((l, i) => (i === left ? -Infinity : l - rest)) };
}

function requireLeft({ points, logWeights }: WeightedAtoms, x: Points, left: ArrayLike<number>): void {
  if (left.length !== x.size) {
    throw new RangeError(`Cannot leave atoms out: ${left.length} are named for ${x.size} points; expected one each`);
  }
  for (let b = 0; b < left.length; b++) {
    const i = left[b];
    if (!(Number.isInteger(i) && i >= 0 && i < points.size)) {
      throw new RangeError(`Cannot leave atom ${i} out: there are ${points.size} atoms; expected an index below that`);
    }
    if (!(logWeights[i] < 0)) {
      throw new RangeError(`Cannot leave atom ${i} out: it has all the weight; expected another atom of positive weight`);
    }
  }
}
