import { estimate, fork, type Rng, uniform } from "../random/index.js";
import { clockNodes } from "./clock-nodes.js";
import { type DiscretePath, mixRow } from "./discrete-path.js";
import { requireDistributions, type TokenDenoiser } from "./rate-field.js";
import { klTerm } from "./token-loss.js";
import { drawSourceTokens, leastProbability } from "./token-source.js";
import { requireShape, type Tokens } from "./tokens.js";

/** Options of `tokenBound`. */
export interface TokenBoundOptions {
  readonly rng: Rng;
  /** Draws of (x₀, turning times) for every sequence. @defaultValue 64 */
  readonly samples?: number;
  /** 1 − κ at which the integral ends; from there on a sequence differs from z with probability below L(1 − κ). @defaultValue 1e-9 */
  readonly untilRest?: number;
}

/** A lower bound of log p_1(z) by a model, for every sequence, nats. */
export interface TokenBound {
  /** The evidence lower bound, [B]. */
  readonly mean: Float64Array;
  /** [B]. */
  readonly standardError: Float64Array;
}

/**
 * The evidence lower bound of the sequences z under the jump process of a denoiser,
 *
 *     log p_1(z) ≥ −∫ E_{x_t ∼ p_t(·|z)} Σ_l [δ_z(x) − p(x) − (1 − δ_z(x)) log p(z)] dΛ,
 *
 * minus the relative entropy of the conditional process to it. With the exact denoiser of a mask source it is an equality:
 * log p_data(z). Every draw is followed through all times. A denoiser that excludes z gives −∞. [Shaul2025]
 * @throws RangeError for fewer than two samples, and where the denoiser gives no distribution.
 */
export function tokenBound(path: DiscretePath, denoiser: TokenDenoiser, z: Tokens, options: TokenBoundOptions): TokenBound {
  const { rng, samples = 64, untilRest = 1e-9 } = options;
  requireShape(z, denoiser, "the sequences");
  if (!Number.isInteger(samples) || samples < 2 || !(untilRest > 0 && untilRest < 1)) {
    throw new RangeError(
      `Cannot bound the likelihood: there are ${samples} samples up to 1 − κ = ${untilRest}; expected at least 2, and 0 < 1 − κ < 1`,
    );
  }
  const mean = new Float64Array(z.size);
  const standardError = new Float64Array(z.size);
  for (let b = 0; b < z.size; b++) {
    const values = boundsOf({ path, denoiser, z, b }, { rng: fork(rng, "sequence", b), samples, untilRest });
    const here = estimate(values);
    mean[b] = here.mean;
    standardError[b] = here.mean === -Infinity ? 0 : here.standardError;
  }
  return { mean, standardError };
}

interface Bounded {
  readonly path: DiscretePath;
  readonly denoiser: TokenDenoiser;
  readonly z: Tokens;
  readonly b: number;
}

/** The bound of sequence b along every draw, [samples]. */
function boundsOf({ path, denoiser, z, b }: Bounded, { rng, samples, untilRest }: Required<TokenBoundOptions>): Float64Array {
  const L = z.length;
  const K = z.vocabulary;
  const ends: Tokens = { ...z, size: samples, data: new Uint32Array(samples * L) };
  for (let j = 0; j < samples; j++) ends.data.set(z.data.subarray(b * L, (b + 1) * L), j * L);
  const x0 = drawSourceTokens(path.source, fork(rng, "source"), { length: L, size: samples });
  const uniforms = uniform(fork(rng, "turn"), new Float64Array(samples * L));
  const x: Tokens = { ...ends, data: new Uint32Array(samples * L) };
  const out = new Float64Array(samples * L * K);
  const values = new Float64Array(samples);
  for (const { at: clock, weight } of clockNodes(0, -Math.log(untilRest), leastProbability(path.source))) {
    const t = path.schedule.timeOfClock(clock);
    const { kappa } = path.schedule.at(t);
    for (let j = 0; j < samples; j++) mixRow(kappa, j, { x0, z: ends, uniforms }, x);
    const p = denoiser.evaluate(t, x, out);
    requireDistributions(p, x);
    for (let at = 0; at < x.data.length; at++) {
      const [own, end] = [x.data[at], ends.data[at]];
      values[Math.floor(at / L)] -= weight * klTerm(Math.log(p[at * K + own]), Math.log(p[at * K + end]), own === end);
    }
  }
  return values;
}
