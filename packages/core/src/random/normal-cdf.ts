/**
 * Step of the midpoint rule below. The integrand is analytic but for two poles, so that the rule errs by
 * exp(−2π²/H²) = 3e-18 relative once the residue of the poles is added.
 */
const H = 0.7;
const NODES: Float64Array = Float64Array.from({ length: 14 }, (_, n) => ((n + 0.5) * H) ** 2);
const MASSES: Float64Array = NODES.map((squared) => Math.exp(-squared / 2));

/** exp(−x²/2) to a few units in the last place: x² is split so that its rounding does not grow with x. */
function bell(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-0.5 * high * high) * Math.exp(-0.5 * (x - high) * (x + high));
}

/** P(Z > x) for x ≥ 0, by x·e^{−x²/2}/(2π) ∫ e^{−s²/2}/(s² + x²) ds: all terms positive, so precise in the tail too. */
function upperTail(x: number): number {
  if (x > 40) return 0; // below the smallest positive double
  let sum = 0;
  for (let n = NODES.length - 1; n >= 0; n--) sum += MASSES[n] / (NODES[n] + x * x);
  const integral = ((H * x) / Math.PI) * bell(x) * sum;
  return x > (2 * Math.PI) / H ? integral : integral + 1 / (1 + Math.exp((2 * Math.PI * x) / H));
}

/**
 * Φ(x) = P(Z ≤ x) for a standard normal Z, to about 1e-15 relative, far in the lower tail too [HunterRegan1972].
 * For the upper tail use Φ(−x).
 * @throws RangeError when x is not a number.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) throw new RangeError("Cannot evaluate the normal distribution: x is NaN; expected a number");
  return x < 0 ? upperTail(-x) : 1 - upperTail(x);
}
