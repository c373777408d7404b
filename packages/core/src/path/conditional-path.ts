import { type Points, zerosLike } from "../points/index.js";
import type { Coefficients } from "../scheduler/index.js";

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** Throws unless x and z are point batches of the same shape. */
function requireSameShape(action: string, x: Points, z: Points): void {
  if (x.dim === z.dim && x.size === z.size) return;
  throw new RangeError(`Cannot ${action}: x is [${x.size}, ${x.dim}], z is [${z.size}, ${z.dim}]; expected equal shapes`);
}

/** Throws where β = 0: there p_t(x|z) is a point mass. */
function requireNoise(action: string, { beta }: Coefficients): void {
  if (!(beta > 0)) throw new RangeError(`Cannot ${action}: β is ${beta}, so that p_t(x|z) is a point mass; expected β > 0`);
}

/** Throws where β = 0 or a slope is infinite: there u_t(x|z) has no finite value. */
function requireMotion(action: string, at: Coefficients): void {
  requireNoise(action, at);
  if (Number.isFinite(at.dAlpha) && Number.isFinite(at.dBeta)) return;
  throw new RangeError(`Cannot ${action}: (α̇, β̇) is (${at.dAlpha}, ${at.dBeta}); expected a time at which both are finite`);
}

/**
 * log p_t(x|z) = −‖x − αz‖²/(2β²) − (D/2) log(2πβ²), nats, for row b of x and of z, [B]. Eq. (M1)
 * @throws RangeError on unequal shapes or β = 0.
 */
export function conditionalLogDensity(at: Coefficients, x: Points, z: Points): Float64Array {
  requireSameShape("evaluate the conditional density", x, z);
  requireNoise("evaluate the conditional density", at);
  const D = x.dim;
  const out = new Float64Array(x.size);
  for (let b = 0; b < x.size; b++) {
    let squared = 0;
    for (let d = b * D; d < (b + 1) * D; d++) squared += ((x.data[d] - at.alpha * z.data[d]) / at.beta) ** 2;
    out[b] = -0.5 * squared - D * (Math.log(at.beta) + 0.5 * LOG_TWO_PI);
  }
  return out;
}

/** ∇_x log p_t(x|z) = (αz − x)/β², [B, D]. Eq. (M1) @throws RangeError on unequal shapes or β = 0. */
export function conditionalScore(at: Coefficients, x: Points, z: Points, out: Points = zerosLike(x)): Points {
  requireSameShape("evaluate the conditional score", x, z);
  requireNoise("evaluate the conditional score", at);
  for (let d = 0; d < x.data.length; d++) out.data[d] = (at.alpha * z.data[d] - x.data[d]) / at.beta / at.beta;
  return out;
}

/**
 * The conditional vector field u_t(x|z) = α̇ z + (β̇/β)(x − αz) = (α̇ − αβ̇/β) z + (β̇/β) x, [B, D]. Eq. (M2)
 * It holds for every source: x = αz + βε moves with α̇z + β̇ε.
 * @throws RangeError on unequal shapes, β = 0 or an infinite slope.
 */
export function conditionalVelocity(at: Coefficients, x: Points, z: Points, out: Points = zerosLike(x)): Points {
  requireSameShape("evaluate the conditional velocity", x, z);
  requireMotion("evaluate the conditional velocity", at);
  const rate = at.dBeta / at.beta;
  for (let d = 0; d < x.data.length; d++) out.data[d] = at.dAlpha * z.data[d] + rate * (x.data[d] - at.alpha * z.data[d]);
  return out;
}

/** ∇·u_t(x|z) = D β̇/β, the same for every x and z. Eq. (M2) @throws RangeError where β = 0 or a slope is infinite. */
export function conditionalDivergence(at: Coefficients, dim: number): number {
  requireMotion("evaluate the conditional divergence", at);
  return (dim * at.dBeta) / at.beta;
}

/**
 * ∂_t log p_t(x|z) at fixed x, for the source N(0, I), [B]. Eq. (M4)
 * @throws RangeError on unequal shapes, β = 0 or an infinite slope.
 */
export function conditionalTimeDerivative(at: Coefficients, x: Points, z: Points): Float64Array {
  requireSameShape("differentiate the conditional density", x, z);
  requireMotion("differentiate the conditional density", at);
  const D = x.dim;
  const out = new Float64Array(x.size);
  for (let b = 0; b < x.size; b++) {
    let sum = (-D * at.dBeta) / at.beta;
    for (let d = b * D; d < (b + 1) * D; d++) {
      const noise = (x.data[d] - at.alpha * z.data[d]) / at.beta; // ε
      sum += (noise * (at.dAlpha * z.data[d] + at.dBeta * noise)) / at.beta;
    }
    out[b] = sum;
  }
  return out;
}
