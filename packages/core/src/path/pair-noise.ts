/** How wide the path around a pair is: its variance γ² at one time, and γγ̇ = ½ d(γ²)/dt, finite where γ̇ is not. */
export interface PairVariance {
  readonly variance: number;
  readonly halfRate: number;
}

/** The variance around a pair as a function of time: all that the marginal vector field needs. */
export interface PairNoise {
  /** How a sentence names it. */
  readonly name: string;
  at(t: number): PairVariance;
}

/** The width itself, for points x_t = I + γz and their velocities İ + γ̇z. */
export interface LatentWidth extends PairVariance {
  /** γ ≥ 0. */
  readonly gamma: number;
  /** γ̇; infinite at an end where γ begins like a root. */
  readonly dGamma: number;
}

/** γ(t) of a stochastic interpolant x_t = I(t, x0, x1) + γ(t)z, z ~ N(0, I). [AlbergoBoffi2023] */
export interface LatentNoise extends PairNoise {
  at(t: number): LatentWidth;
}

/** γ = 0: the points of a pair make a curve, and the path of finitely many pairs has no density. */
export function noNoise(): LatentNoise {
  return { name: "γ = 0", at: () => ({ gamma: 0, dGamma: 0, variance: 0, halfRate: 0 }) };
}

/** γ = σ at every time: the path of I-CFM and OT-CFM. [Tong2024] @throws RangeError unless σ is positive and finite. */
export function constantNoise(sigma: number): LatentNoise {
  const variance = square(sigma);
  return { name: `σ = ${sigma}`, at: () => ({ gamma: sigma, dGamma: 0, variance, halfRate: 0 }) };
}

/**
 * γ² = σ²t(1 − t), a Brownian bridge between the ends: Schrödinger bridges [Tong2024], and with σ² = 2 the latent noise of
 * stochastic interpolants [AlbergoBoffi2023]. It vanishes at both ends, where the path is made of atoms and γ̇ is infinite,
 * but γγ̇ = ±σ²/2.
 * @throws RangeError unless σ is positive and finite.
 */
export function bridgeNoise(sigma: number): LatentNoise {
  const squared = square(sigma);
  return {
    name: `σ²t(1 − t) with σ = ${sigma}`,
    at(t) {
      const variance = squared * t * (1 - t);
      const halfRate = 0.5 * squared * (1 - 2 * t);
      const gamma = Math.sqrt(variance);
      return { gamma, dGamma: halfRate / gamma, variance, halfRate };
    },
  };
}

/** γ = σt(1 − t), whose slope is finite at the ends. @throws RangeError unless σ is positive and finite. */
export function quadraticNoise(sigma: number): LatentNoise {
  square(sigma);
  return { name: `γ = σt(1 − t) with σ = ${sigma}`, at: (t) => widthOf(sigma * t * (1 - t), sigma * (1 - 2 * t)) };
}

/** γ = σ sin²(πt), which begins and ends with slope 0. @throws RangeError unless σ is positive and finite. */
export function sineSquaredNoise(sigma: number): LatentNoise {
  square(sigma);
  return {
    name: `γ = σ sin²(πt) with σ = ${sigma}`,
    at(t) {
      const near = Math.min(t, 1 - t); // exactly 0 at both ends
      const slope = Math.PI * sigma * Math.sin(2 * Math.PI * near);
      return widthOf(sigma * Math.sin(Math.PI * near) ** 2, t < 0.5 ? slope : -slope);
    },
  };
}

/**
 * γ(t) = S(s + 1) − S(s − 1) − S(1 − f/2) + S(−1 − f/2) with s = f(t − ½) and S the logistic function: a plateau in the middle.
 * @throws RangeError unless the steepness f is positive and finite.
 */
export function logisticNoise(steepness = 10): LatentNoise {
  square(steepness);
  const S = (v: number): number => 1 / (1 + Math.exp(-v));
  const height = (s: number): number => S(s + 1) - S(s - 1);
  return {
    name: `logistic γ with f = ${steepness}`,
    at(t) {
      const s = -steepness * Math.abs(t - 0.5); // γ is even about ½, and exactly 0 at both ends
      const slope = steepness * (S(s + 1) * S(-s - 1) - S(s - 1) * S(1 - s));
      return widthOf(height(s) - height(-steepness / 2), t < 0.5 ? slope : -slope);
    },
  };
}

/** A width with finite slope. */
function widthOf(gamma: number, dGamma: number): LatentWidth {
  return { gamma, dGamma, variance: gamma * gamma, halfRate: gamma * dGamma };
}

function square(sigma: number): number {
  if (sigma > 0 && sigma < Infinity) return sigma * sigma;
  throw new RangeError(
    `Cannot smooth the path between pairs: σ is ${sigma}; expected a positive finite number, without which the path is a union of curves and has no density`,
  );
}
