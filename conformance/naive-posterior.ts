/**
 * The posterior over smoothed atoms as a textbook would write it, for N(0, I): every density by itself, the covariance as
 * a full matrix, every derivative through ∇μ = (α/β²)·Cov(z|x). Slow, memory-hungry, for β > 0 only, and sharing no code
 * and no rearrangement with any backend: what they are compared with.
 */
export interface NaiveMoments {
  readonly logDensity: number;
  /** [N]. */
  readonly weights: readonly number[];
  /** E[z|x], [D]. */
  readonly denoiser: readonly number[];
  /** E[ε|x]/β, [D]. */
  readonly scaledNoise: readonly number[];
  /** Cov(z|x), [D][D]. */
  readonly covariance: readonly (readonly number[])[];
  readonly traceCov: number;
  readonly entropy: number;
  readonly ess: number;
  readonly denoiserDivergence: number;
  readonly scaledNoiseDivergence: number;
}

/** The atoms as rows, with their weights π and one width h ≥ 0. */
export interface NaiveData {
  readonly rows: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly bandwidth: number;
}

/** All moments of p_t(z|x) at one point x. Eq. (M3), Eq. (M5), Eq. (M7) */
export function naiveMoments(
  { rows, weights, bandwidth }: NaiveData,
  x: readonly number[],
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
): NaiveMoments {
  const D = x.length;
  const variance = beta ** 2 + (alpha * bandwidth) ** 2;
  const logJoint = rows.map((z, i) => {
    const logs = z.map((zd, d) => -((x[d] - alpha * zd) ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2);
    return Math.log(weights[i]) + sum(logs);
  });
  const most = Math.max(...logJoint);
  const logDensity = most + Math.log(sum(logJoint.map((l) => Math.exp(l - most))));
  const posterior = logJoint.map((l) => Math.exp(l - logDensity));
  // Inside a component both factors are Gaussian in z: precisions 1/h² and α²/β² add.
  const within = bandwidth === 0 ? 0 : 1 / (1 / bandwidth ** 2 + (alpha / beta) ** 2);
  const means = rows.map((z) =>
    bandwidth === 0 ? z : z.map((v, d) => within * (v / bandwidth ** 2 + (alpha * x[d]) / beta ** 2)),
  );
  const denoiser = x.map((_, d) => sum(means.map((m, i) => posterior[i] * m[d])));
  const covariance = x.map((_, p) =>
    x.map(
      (__, q) => sum(means.map((m, i) => posterior[i] * (m[p] - denoiser[p]) * (m[q] - denoiser[q]))) + (p === q ? within : 0),
    ),
  );
  const traceCov = sum(covariance.map((line, d) => line[d]));
  const denoiserDivergence = (alpha / beta ** 2) * traceCov;
  return {
    logDensity,
    weights: posterior,
    denoiser,
    scaledNoise: x.map((v, d) => (v - alpha * denoiser[d]) / beta ** 2),
    covariance,
    traceCov,
    entropy: -sum(posterior.map((p) => (p > 0 ? p * Math.log(p) : 0))),
    ess: 1 / sum(posterior.map((p) => p * p)),
    denoiserDivergence,
    scaledNoiseDivergence: (D - alpha * denoiserDivergence) / beta ** 2,
  };
}

/** A sum with Neumaier's compensation: the error of the reference does not grow with N. */
function sum(values: readonly number[]): number {
  let [total, lost] = [0, 0];
  for (const v of values) {
    const next = total + v;
    lost += Math.abs(total) >= Math.abs(v) ? total - next + v : v - next + total;
    total = next;
  }
  return total + lost;
}
