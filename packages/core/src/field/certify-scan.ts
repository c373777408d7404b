import {
  entropyContinuity,
  outward,
  perturbedEntropy,
  perturbedMean,
  perturbedTrace,
  perturbedVariation,
  perturbedWeight,
  restShare,
  truncatedEntropy,
  truncatedLogMass,
  truncatedMean,
  truncatedTrace,
} from "../bound/index.js";
import type { ScanQuery } from "./scan.js";
import type { Scan, ScanBackend } from "./scan-backend.js";

/** Rigorous error bounds of what a scan gives, for each query; ∞ where nothing can be said. */
export interface CertifiedScan {
  /** ‖m̂ − m‖ of the mean over atoms, in the units of the data, [B]. */
  readonly mean: Float64Array;
  /** Total variation between the computed and the true posterior weights, [B]. */
  readonly weights: Float64Array;
  /** |λ̂_i − λ_i| of any single weight exp(ℓ̂_i − top)/mass, [B]. */
  readonly weight: Float64Array;
  /** Of log Σ e^ℓ = top + log mass, nats; with a query also of −(D/2) log(2πv), and so of log p_t(x), [B]. */
  readonly logDensity: Float64Array;
  /** Of the entropy log mass − logitSum/mass, nats, [B]. */
  readonly entropy: Float64Array;
  /**
   * Of tr Cov_λ = spread/mass, and of ‖Cov_λ v‖ for every unit vector v, tangent/mass, in the units of the data squared, [B].
   * Sharper where the query wanted the spread.
   */
  readonly traceCov: Float64Array;
  readonly evaluations: number;
  readonly skipped: number;
}

/** What a certificate needs to know of the query: whether the state has a spread, and the constant of the density. */
export type CertifiedQuery = Pick<ScanQuery, "spread" | "variance">;

/**
 * Error bounds of a scan from the errors of its parts: perturbed logits on what was kept, how far they move the posterior
 * being bounded by how concentrated it is; then the share that was left out; then rounding of the sums. What the scan
 * says of the concentration is used: the largest weight 1/mass, logitSum, the spread where the query has it, and the deviation
 * where the backend states one. Where the sums were not made only the mean has a bound.
 */
export function certifyScan(scan: Scan, backend: Pick<ScanBackend, "radius" | "size">, query?: CertifiedQuery): CertifiedScan {
  const B = scan.state.mass.length;
  const out = {
    mean: new Float64Array(B).fill(Infinity),
    weights: new Float64Array(B).fill(1),
    weight: new Float64Array(B).fill(Infinity),
    logDensity: new Float64Array(B).fill(Infinity),
    entropy: new Float64Array(B).fill(Infinity),
    traceCov: new Float64Array(B).fill(Infinity),
  };
  for (let b = 0; b < B; b++) {
    const known = partsOf(scan, b, backend, query);
    if (known === undefined) continue; // nothing was seen, or a bound is not a number
    out.mean[b] = meanBound(known);
    if (!(known.mass < 1)) continue; // nothing but the mean
    out.weights[b] = variationBound(known);
    out.weight[b] = weightBound(known, scan.state.top[b]);
    out.logDensity[b] = logDensityBound(known, scan.state.top[b], densityConstant(scan.state.mean.dim, query));
    out.entropy[b] = entropyBound(known, variationBound(known));
    out.traceCov[b] = traceBound(known);
  }
  return { ...out, evaluations: scan.evaluations, skipped: scan.skipped };
}

/** Errors of one query, and what its state says of the posterior. */
interface Parts {
  readonly logit: number;
  readonly shift: number;
  readonly mean: number;
  readonly mass: number;
  readonly skipped: number;
  /** N. */
  readonly size: number;
  readonly radius: number;
  /** Σ ŵ as computed. */
  readonly total: number;
  /** Upper bound of the largest weight. */
  readonly largest: number;
  /** Upper bound of all others together. */
  readonly rest: number;
  /** Upper bound of √(tr Cov_λ̂). */
  readonly deviation: number;
  /** Upper bound of √Σλ̂δ². */
  readonly typical: number;
  /** tr Cov as computed, or at most. */
  readonly trace: number;
  /** Entropy as computed. */
  readonly entropy: number;
  /** Upper bound of Σλ̂(top − ℓ̂), and what rounding leaves open of it. */
  readonly gap: number;
  readonly gapError: number;
}

function partsOf(
  { state, error }: Scan,
  b: number,
  { radius, size }: Pick<ScanBackend, "radius" | "size">,
  query: CertifiedQuery | undefined,
): Parts | undefined {
  const total = state.mass[b];
  const [logit, shift, mean, mass] = [error.logit[b], error.shift[b], error.mean[b], error.mass[b]];
  if (!(total > 0) || !(logit >= 0) || !(shift >= 0) || !(mean >= 0) || !(mass >= 0)) return undefined;
  if (!(error.skipped[b] >= 0) || (mass === Infinity && logit === Infinity)) return undefined; // the latter is an estimate
  const ratio = mass < 1 ? outward((1 + mass) / (1 - mass)) : Infinity; // of two sums, each within `mass`
  const rest = size === 1 ? 0 : restShare({ mass: total, logitSum: state.logitSum[b], relative: mass, logit });
  const stated = error.deviation?.[b] ?? Infinity;
  const typical = error.typical?.[b] ?? Infinity;
  if (!(stated >= 0) || !(typical >= 0)) return undefined;
  const skipped = Math.min(1, error.skipped[b]);
  const kept = outward(1 / (1 - skipped)); // averages of squares over what was kept are at most this times those over all
  const trace = query?.spread ? state.spread[b] / total : outward(radius * radius);
  const computed = -state.logitSum[b] / total;
  return {
    logit,
    shift,
    mean,
    mass,
    skipped,
    size,
    radius,
    total,
    largest: Math.min(1, outward((1 + mass) / total)),
    rest,
    deviation: Math.min(
      query?.spread ? Math.min(radius, outward(Math.sqrt(kept) * (Math.sqrt(trace * ratio) + 2 * mean))) : Infinity,
      outward(Math.sqrt(kept) * stated),
    ),
    typical: outward(Math.sqrt(kept) * typical),
    trace,
    entropy: Math.log(total) + computed,
    gap: outward(kept * (computed * ratio + 2 * logit)),
    gapError: outward(computed * (ratio - 1 + 2 * Number.EPSILON) + 2 * logit),
  };
}

/** Perturbation on what was kept, then truncation, then rounding. */
function meanBound(p: Parts): number {
  const moved = perturbedMean(p.logit, p) + truncatedMean(p.skipped, p.radius);
  return outward(Math.min(moved, 2 * p.radius) + p.mean);
}

function variationBound(p: Parts): number {
  return Math.min(1, outward(perturbedVariation(p.logit, p.rest) + p.skipped));
}

/**
 * With the rounding of exp(ℓ̂ − top)/mass, relative to a weight of at most `largest`: that of the quotient, and that of ℓ̂ and top,
 * which have the size of a squared distance over 2v however well their difference is known; for a logit g below the top,
 * g·e^−g < 1. The ℓ̂ need not be that of the ŵ in the mass, but for the top: the two quotients differ by at most
 * λ̂²(e^{2δ} − 1).
 */
function weightBound(p: Parts, top: number): number {
  const other = Math.min(p.largest, p.rest);
  const quotient = other === 0 ? 0 : other * other * Math.expm1(2 * p.logit);
  const stored = other === 0 ? 0 : Math.min(1, 2 * other) * Math.expm1(2 * Number.EPSILON * (Math.abs(top) + 2));
  const rounding = p.largest * (p.mass / (1 - p.mass) + 8 * Number.EPSILON) + quotient + stored;
  const most = Math.max(1, outward(1 / p.total)); // of the computed quotient, whose exponential is at most 1, and of the true one
  return Math.min(most, outward(perturbedWeight(p.logit, p) + p.skipped + rounding));
}

/** With the rounding of top + log mass and of the constant added to it. */
function logDensityBound(p: Parts, top: number, constant: number): number {
  const rounding = 4 * Number.EPSILON * (Math.abs(top) + Math.abs(Math.log(p.total)) + constant);
  return outward(p.logit + p.shift - Math.log1p(-p.mass) + truncatedLogMass(p.skipped) + rounding);
}

/** The sizes of what is summed and multiplied in −(D/2) log(2πv). */
function densityConstant(dim: number, query: CertifiedQuery | undefined): number {
  return query === undefined ? 0 : 0.5 * dim * (2 * Math.abs(Math.log(2 * Math.PI * query.variance)) + 2);
}

/**
 * Directly; or through the total variation; or, where nearly all weight is on one atom, as neither entropy is large: the true
 * one is at most h(q) + q log(N − 1) with q the weight that the top lacks, and |a − b| ≤ max(a, b).
 */
function entropyBound(p: Parts, variation: number): number {
  const logMass = Math.abs(Math.log(p.total));
  const rounding = -Math.log1p(-p.mass) + p.gapError + 4 * Number.EPSILON * (logMass + p.gap);
  const direct = perturbedEntropy(p.logit, p.gap) + truncatedEntropy(p.skipped, p.size);
  const most = entropyContinuity(Math.min(1, outward(p.rest + variation)), p.size);
  const small = Math.max(p.entropy, most) + Math.max(0, -p.entropy); // rounding may leave less than none
  return Math.min(outward(small), outward(Math.min(direct, entropyContinuity(variation, p.size)) + rounding));
}

/**
 * |√(spread/mass) − √V| ≤ (ratio − 1)·√(spread/mass) + 2·mean: `spread` is Σŵ‖z̃ − m̃‖² with atoms and shard means within `mean` of
 * the true ones, a norm of the pairs (inside a shard, between shards). That of a covariance matrix Σŵ(z̃ − m̃)(z̃ − m̃)ᵀ is bounded
 * in the same way, and so are perturbation and truncation, whose proofs hold for (v·z)² in the place of ‖z‖².
 */
function traceBound(p: Parts): number {
  const ratio = (1 + p.mass) / (1 - p.mass) - 1;
  const lost = outward(Math.sqrt(p.trace) * (ratio + 2 * Number.EPSILON) + 2 * p.mean);
  const rounding = outward(lost * (2 * Math.sqrt(p.trace) + lost));
  return outward(perturbedTrace(p.logit, p) + truncatedTrace(p.skipped, p.radius) + rounding);
}
