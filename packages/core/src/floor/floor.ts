/**
 * The irreducible part of the conditional flow matching loss: L_CFM(θ) = L_FM(θ) + V, Eq. (M8), with
 *
 *     V = E_t E_{x∼p_t} b_t² tr Cov(z|x) = ∫ (α̇β − αβ̇) E tr Cov_s ds,   s = α/β,   b = (α̇β − αβ̇)/β,
 *
 * since ds = (b/β) dt. Over s the integrand is smooth and bounded for every scheduler, whatever its slopes do at the ends.
 * The posterior covariance is exact; only the average over (z, ε) is sampled. Each pair is followed through all nodes, so
 * that the pairs are independent and the standard error is that of their mean. The same nodes give the area ∫ s E tr Cov ds,
 * which equals the entropy of the data, Eq. (M10).
 */
import { type MarginalPath, pointsOnPath } from "../field/index.js";
import { type Points, rows } from "../points/index.js";
import { type Estimate, estimate, fork, type Rng } from "../random/index.js";
import { kronrodNodes } from "./kronrod.js";

/** Options of `floorOf`. */
export interface FloorOptions {
  readonly rng: Rng;
  /** Pairs (z, ε) averaged over. @defaultValue 256 */
  readonly samples?: number;
  /**
   * What the squared error of a velocity at time t counts, for ∫ w(t) b² E tr Cov dt: the density of the times of a loss, times
   * its own weight, gives the floor of that loss. The area keeps its weight. @defaultValue 1
   */
  readonly weight?: (t: number) => number;
  /** Called after every node with the signal-to-noise ratio reached. */
  readonly onProgress?: (s: number) => void;
}

/** The average posterior at one time. */
export interface FloorPoint {
  readonly t: number;
  /** s = α_t/β_t. */
  readonly snr: number;
  /** b_t² E tr Cov(z|x), times the weight: the floor of the loss at this t. */
  readonly floor: number;
  readonly standardError: number;
  /** E tr Cov(z|x). */
  readonly traceCov: number;
  /** Mean entropy of the posterior weights, nats. */
  readonly entropy: number;
  /** Mean effective sample size. */
  readonly ess: number;
}

/** The floor of the loss, by t, and the area under the posterior covariance. */
export interface Floor {
  /** V, summed over dimensions. */
  readonly value: number;
  readonly standardError: number;
  /** V/D. */
  readonly perDim: number;
  /** Difference of the 15- and 7-point quadratures: an upper bound in practice of the quadrature error. */
  readonly quadratureError: number;
  readonly byTime: readonly FloorPoint[];
  /** ∫ s E tr Cov ds over the whole of s; null for data with a density, where it diverges. Eq. (M10) */
  readonly area: Estimate | null;
}

/** Width of a panel in asinh(s/s₀). */
const PANEL = 1.5;
/** Panels before the integral counts as divergent: s₀·sinh(60) ≈ 10²⁵. */
const MAX_PANELS = 40;
/** A panel this small relative to the whole ends the integration; the tail decays at least geometrically. */
const NEGLIGIBLE = 1e-10;

/**
 * The floor V of the CFM loss under uniform t or a weight of your own, with its standard error. Cost: about 60 nodes ×
 * `samples` scans.
 * @throws RangeError when V is infinite, as for data with a density under a scheduler with β̇ = −∞ at t = 1.
 */
export function floorOf(path: MarginalPath, { rng, samples = 256, weight = () => 1, onProgress }: FloorOptions): Floor {
  if (!Number.isInteger(samples) || samples < 2) {
    throw new RangeError(`Cannot estimate the floor: samples is ${samples}; expected an integer of at least 2`);
  }
  const { field } = path;
  const { scheduler } = field;
  const z = path.drawData(fork(rng, "data"), samples);
  const noise = path.drawSource(fork(rng, "source"), samples);
  const scale = path.traceCov > 0 ? 1 / Math.sqrt(path.traceCov) : 1; // s₀: signal and noise are alike
  const sums: Sums = { floor: new Float64Array(samples), area: new Float64Array(samples), plain: 0, coarse: 0, points: [] };
  const [first, last] = [ratioAt(path, 0), ratioAt(path, 1)];
  const end = Math.asinh(last / scale);
  let low = Math.asinh(first / scale);
  let panels = 0;
  for (; low < end; panels++) {
    const high = Math.min(end, low + PANEL);
    const before = [sums.plain, total(sums.area)];
    for (const { at, weight: node, coarse } of kronrodNodes(low, high)) {
      const s = scale * Math.sinh(at);
      const slope = scale * Math.cosh(at); // ds/dy
      addNode(path, s, { z, noise }, { fine: node * slope, coarse: coarse * slope, ofTime: weight }, sums);
      onProgress?.(s);
    }
    low = high;
    const [floor, area] = [sums.plain, total(sums.area)];
    const grown = path.entropy === Infinity ? floor - before[0] > NEGLIGIBLE * floor : area - before[1] > NEGLIGIBLE * area;
    if (floor < Infinity && panels > 0 && !grown) break;
    if (panels === MAX_PANELS || !(floor < Infinity)) {
      throw new RangeError(
        `Cannot compute the floor under "${scheduler.name}": the integral does not converge; expected a scheduler with finite slopes, or atoms`,
      );
    }
  }
  const value = estimate(sums.floor);
  const whole = path.entropy < Infinity && first === 0 && last === Infinity;
  return {
    value: value.mean,
    standardError: value.standardError,
    perDim: value.mean / field.dim,
    quadratureError: Math.abs(value.mean - sums.coarse),
    byTime: sums.points,
    area: whole ? estimate(sums.area) : null,
  };
}

interface Sums {
  /** ∫ of the floor along each pair, [samples]. */
  readonly floor: Float64Array;
  readonly area: Float64Array;
  /** The sum of the floor without its weight over all pairs: a weight that vanishes for a while does not end the integration. */
  plain: number;
  coarse: number;
  readonly points: FloorPoint[];
}

const total = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0);

function ratioAt({ field }: MarginalPath, t: number): number {
  const { alpha, beta } = field.scheduler.at(t);
  return alpha / beta;
}

function requireWeight(weight: number, t: number): number {
  if (weight >= 0 && weight < Infinity) return weight;
  throw new RangeError(`Cannot compute the floor: the weight at t = ${t} is ${weight}; expected a finite number of at least 0`);
}

/** Scans the posterior of all pairs at one s and adds its terms to the integrals. */
function addNode(
  path: MarginalPath,
  s: number,
  { z, noise }: { z: Points; noise: Points },
  weight: { fine: number; coarse: number; ofTime: (t: number) => number },
  sums: Sums,
): void {
  const { scheduler, posterior } = path.field;
  const t = scheduler.timeOfSnr(s);
  const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
  const turn = dAlpha * beta - alpha * dBeta; // α̇β − αβ̇
  const straight = { alpha: s / (1 + s), beta: 1 / (1 + s) }; // the same posterior, with β away from rounding
  const n = z.size;
  const here = { cov: new Float64Array(n), entropy: new Float64Array(n), ess: new Float64Array(n) };
  for (let from = 0; from < n; from += 64) {
    const to = Math.min(n, from + 64);
    const x = pointsOnPath(straight, rows(z, from, to), rows(noise, from, to));
    const moments = posterior.evaluate(x, straight, { spread: true });
    here.cov.set(moments.spread?.traceCov ?? [], from);
    here.entropy.set(moments.entropy, from);
    here.ess.set(moments.ess, from);
  }
  const ofTime = here.cov.some((v) => v > 0) ? requireWeight(weight.ofTime(t), t) : 0;
  for (let j = 0; j < n; j++) {
    if (here.cov[j] === 0) continue; // the posterior sits on one atom, and t may have rounded to 1
    sums.plain += weight.fine * turn * here.cov[j];
    sums.floor[j] += weight.fine * ofTime * turn * here.cov[j];
    sums.area[j] += weight.fine * s * here.cov[j];
  }
  const cov = estimate(here.cov);
  if (cov.mean > 0) sums.coarse += weight.coarse * ofTime * turn * cov.mean;
  const b = cov.mean > 0 ? turn / beta : 0;
  sums.points.push({
    t,
    snr: s,
    floor: ofTime * b * b * cov.mean,
    standardError: ofTime * b * b * cov.standardError,
    traceCov: cov.mean,
    entropy: estimate(here.entropy).mean,
    ess: estimate(here.ess).mean,
  });
}
