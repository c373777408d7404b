/**
 * Rounding of the float64 reference scan (`logitsOf`, `scanBlock`, `mergeScans`), u = 2⁻⁵³, from what it computed. Assumed of
 * the engine: `Math.exp` within 2 ulps (V8 descends from fdlibm, which states less than one), exp(0) = 1.
 *
 * Logits. Let q = ‖x − αz‖²/2v. A coordinate of the difference is computed as (x − αz − e)(1 + ε), |e| ≤ u|αz| + η, η the smallest
 * number; D squares are summed and scaled: q̂ = ‖x − αz − e‖²/2v·(1 + θ) + (D + 1)η(1 + 1/2v), |θ| ≤ γ_{D+4}. A variance that is
 * itself within three roundings of β² + α²h² is covered by γ_{D+7}. With Q ≥ ‖x − αz − e‖²/2v and E ≥ ‖e‖/√2v
 *
 *     |q̂ − q| ≤ γ_{D+7}Q + 2√Q·E + E² + underflow
 *
 * For atoms within 100 nats of the largest logit, q̂ ≤ 100 − top + max log π up to rounding: this gives Q, so that near
 * the data the bound is of the order of D²u and not of ‖x‖²u/v. The rest have a share of at most (N − 1)e^{−99+2δ}, read or
 * not (that bound falls with q̂ beyond 100, where γQ grows more slowly than q̂ itself).
 *
 * Weights. ℓ − top is rounded by at most 101u, exp by 4u. A block is rescaled by exps of shifts that sum to 101 at most where
 * it matters, and its computed mass, not the true one, decides its share of the mean: with K > 1 blocks of n atoms that is as if
 * its weights were off by a common γ_{n+12K+110} nats, among them the largest, which is one by convention: hence the shift.
 * The sums are relative to these weights, so that they are off by as much again, sums of products of two and three masses
 * by up to six times that.
 *
 * Sums. A block's mean is (Σŵz)/(Σŵ): every product meets at most n/4 + 5 roundings, the denominator n. Merging the mean
 * moves it from the heavier shard by gap·share, |gap| ≤ 2r, share ≤ ½: 2ur + u‖mean‖ a merge. If all weights but the largest
 * amount to R ≤ ½ relative to it, then as fl(a + b) − a − b is at most min(u|a + b|, |b|), additions lose at most a few R: the
 * sum of |terms| is at most R‖z‖ beside the exact term of the top, once in each of numerator and denominator, three times in
 * all for the products and sums of a group, and 2rR over the merges.
 */
import { gamma, outward, restShare, smallestNumber, unitRoundoff } from "../bound/index.js";
import { type Points, row } from "../points/index.js";
import { lengthOf } from "./length-of.js";
import type { Reach } from "./reach.js";
import { BLOCK, type ScanQuery, type ScanState } from "./scan.js";
import type { ScanError } from "./scan-backend.js";

const U = unitRoundoff.float64;
const TINY = smallestNumber.float64;
/** Log-weights of probabilities that sum to one within 1e-9 are at most this. */
const LARGEST_LOG_WEIGHT = 2e-9;

/** Error bounds of `scanAtoms` at x, [B, D], from its own state, in O(BD). */
export function referenceError(
  x: Points,
  query: Pick<ScanQuery, "alpha" | "variance" | "spread" | "tangent">,
  reach: Reach,
  state: ScanState,
): ScanError {
  const blocks = Math.ceil(reach.size / BLOCK);
  const n = Math.min(reach.size, BLOCK);
  const shares = n + 12 * blocks + 110; // roundings on the way of a weight into the share of its block
  const products = query.spread || query.tangent ? x.dim : 0;
  const mass = gamma((blocks > 1 ? 6 * shares : n + 22) + products);
  const error: ScanError = {
    logit: new Float64Array(x.size),
    shift: new Float64Array(x.size).fill(blocks > 1 ? gamma(shares) : 0),
    mean: new Float64Array(x.size),
    mass: new Float64Array(x.size).fill(mass),
    skipped: new Float64Array(x.size),
  };
  const weights = gamma(110 + (blocks > 1 ? shares : 0)); // nats that exp, rescaling and block masses add
  for (let b = 0; b < x.size; b++) {
    const delta = outward(logitRounding(x, b, query, reach, state.top[b]) + weights);
    error.logit[b] = delta;
    error.mean[b] = meanRounding(reach, { n, blocks, dim: x.dim, rest: restOf(state, b, mass, delta) });
    error.skipped[b] = reach.size === 1 ? 0 : Math.min(1, outward(4 * (reach.size - 1) * Math.exp(-99 + 2 * delta)));
  }
  return error;
}

/** |ℓ̂_i − ℓ_i| of atoms within 100 nats of the largest logit. */
function logitRounding(
  x: Points,
  b: number,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
  { norm }: Reach,
  top: number,
): number {
  if (!(0.5 / variance >= 2 ** -1021) || top === -Infinity) return Infinity; // the scale has lost digits, or all was lost
  const rounding = gamma(x.dim + 7);
  const underflow = 2 * (x.dim + 1) * TINY * (1 + 0.5 / variance);
  const measured = (101 - top + LARGEST_LOG_WEIGHT) * (1 + 8 * U) + underflow; // q̂
  const Q = outward(measured / (1 - rounding));
  if (!(Number.MAX_VALUE / (4 * variance) > Q)) return Infinity; // a square that overflowed need not have been negligible
  const nearby = lengthOf(row(x, b)) + Math.sqrt(2 * variance) * 1.01 * Math.sqrt(Q);
  const lost = U * Math.min(Math.abs(alpha) * norm, nearby) * (1 + 8 * U) + 2 * Math.sqrt(x.dim) * TINY; // ‖e‖
  const E = lost / Math.sqrt(2 * variance);
  return outward(rounding * Q + 2 * Math.sqrt(Q) * E + E * E + underflow + 2 * U * (Math.abs(top) + 101));
}

/** q of the weights of query b. */
function restOf({ mass, logitSum }: ScanState, b: number, relative: number, logit: number): number {
  return restShare({ mass: mass[b], logitSum: logitSum[b], relative, logit });
}

function meanRounding(
  { norm, radius, size }: Reach,
  { n, blocks, dim, rest }: { readonly n: number; readonly blocks: number; readonly dim: number; readonly rest: number },
): number {
  const merges = (blocks - 1) * U * (norm + 2 * radius);
  const underflow = Math.sqrt(dim) * (size + 8) * TINY;
  const worst = gamma(1.25 * n + 12) * norm + 2 * merges + underflow;
  if (!(rest < 0.25)) return outward(worst);
  return outward(Math.min(worst, 2 * U * norm + 8 * (rest / (1 - rest)) * (norm + radius) + underflow));
}
