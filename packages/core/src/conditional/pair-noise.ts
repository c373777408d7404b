/** How wide the path around a pair is: its variance s² at one time, and sṡ = ½ d(s²)/dt. */
export interface PairVariance {
  readonly variance: number;
  readonly halfRate: number;
}

/** The variance around a pair as a function of time. */
export interface PairNoise {
  /** How a sentence names it. */
  readonly name: string;
  at(t: number): PairVariance;
}

/** s = σ at every time: the path of I-CFM and OT-CFM. [Tong2024] @throws RangeError unless σ is positive and finite. */
export function constantNoise(sigma: number): PairNoise {
  const variance = square(sigma);
  return { name: `σ = ${sigma}`, at: () => ({ variance, halfRate: 0 }) };
}

/**
 * s² = σ²t(1 − t), a Brownian bridge between the ends: Schrödinger bridges [Tong2024], and with σ² = 2 the latent noise of
 * stochastic interpolants [AlbergoBoffi2023]. It vanishes at both ends, where the path is made of atoms.
 * @throws RangeError unless σ is positive and finite.
 */
export function bridgeNoise(sigma: number): PairNoise {
  const variance = square(sigma);
  return {
    name: `σ²t(1 − t) with σ = ${sigma}`,
    at: (t) => ({ variance: variance * t * (1 - t), halfRate: 0.5 * variance * (1 - 2 * t) }),
  };
}

function square(sigma: number): number {
  if (sigma > 0 && sigma < Infinity) return sigma * sigma;
  throw new RangeError(
    `Cannot smooth the path between pairs: σ is ${sigma}; expected a positive finite number, without which the path is a union of curves and has no density`,
  );
}
