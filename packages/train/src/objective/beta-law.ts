/** The beta distribution on (0, 1): density t^(a−1)·(1−t)^(b−1)/B(a, b), its distribution function and its quantile. */

/** Coefficients of Lanczos's approximation of Γ with g = 7, nine terms [Lanczos1964]: 1e-15 relative for arguments of at least 1. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** log Γ(v) for v ≥ 1. */
function logGamma(v: number): number {
  const base = v + 6.5;
  const sum = LANCZOS.reduce((total, c, k) => total + (k === 0 ? c : c / (v - 1 + k)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (v - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** The density of Beta(a, b) at t, a, b ≥ 1. */
export function betaDensity(a: number, b: number, t: number): number {
  const logB = logGamma(a) + logGamma(b) - logGamma(a + b);
  const power = (exponent: number, v: number): number => (exponent === 0 ? 0 : exponent * Math.log(v)); // 0·log 0 is 0
  return Math.exp(power(a - 1, t) + power(b - 1, 1 - t) - logB);
}

/** I_t(a, b), the share of Beta(a, b) below t: the continued fraction of DLMF 8.17.22 by Lentz's method, to about 1e-14. */
export function betaDistribution(a: number, b: number, t: number): number {
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  if (t > (a + 1) / (a + b + 2)) return 1 - betaDistribution(b, a, 1 - t); // where the fraction converges fast
  return (betaDensity(a, b, t) * t * (1 - t)) / a / continued(a, b, t);
}

/** 1 + d₁/(1 + d₂/(1 + …)): DLMF 8.17.22. */
function continued(a: number, b: number, t: number): number {
  let [f, c, d] = [1, 1, 0];
  for (let k = 1; k <= 500; k++) {
    const m = Math.floor(k / 2);
    const term =
      k % 2 === 0
        ? (m * (b - m) * t) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * t) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + term * d);
    c = 1 + term / c;
    f *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return f;
}

/** The t with I_t(a, b) = u: Newton's method inside a bracket that is halved where a step would leave it. */
export function betaQuantile(a: number, b: number, u: number): number {
  let [low, high] = [0, 1];
  let t = a / (a + b);
  for (let k = 0; k < 100 && high - low > 2e-16 * high; k++) {
    const error = betaDistribution(a, b, t) - u;
    if (error === 0) break;
    if (error > 0) high = t;
    else low = t;
    const step = t - error / betaDensity(a, b, t);
    const next = step > low && step < high ? step : (low + high) / 2;
    if (Math.abs(next - t) < 1e-16 * t) break;
    t = next;
  }
  return t;
}
