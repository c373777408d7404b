/** The matchers of torchcfm under their names: a coupling of two batches and an interpolant between its pairs. [Tong2024] */
import {
  type Coupling,
  type CouplingEnds,
  independentCoupling,
  otCoupling,
  schrodingerBridgeCoupling,
} from "../coupling/index.js";
import { points, takeRows } from "../points/index.js";
import { fork, normal, type Rng, uniform } from "../random/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import {
  type Interpolant,
  type InterpolantBatch,
  interpolant,
  interpolantBatch,
  linearInterpolant,
  oneSidedInterpolant,
} from "./interpolant.js";
import { bridgeNoise, constantNoise, type LatentNoise, noNoise } from "./pair-noise.js";

/** How a training step gets its regression targets from two batches. */
export interface FlowMatcher {
  readonly coupling: Coupling;
  readonly path: Interpolant;
}

/** A batch to regress on, and the rows that its pairs came from. */
export interface MatchedBatch extends InterpolantBatch {
  readonly rows0: Uint32Array;
  /** Conditions and labels of a pair are those of its row of x1. */
  readonly rows1: Uint32Array;
}

const tube = (sigma: number): LatentNoise => (sigma === 0 ? noNoise() : constantNoise(sigma));

/** I-CFM: independent pairs, (1 − t)x0 + tx1 + σz, u = x1 − x0. @throws RangeError unless σ ≥ 0 is finite. */
export function conditionalFlowMatcher(sigma = 0): FlowMatcher {
  return { coupling: independentCoupling(), path: linearInterpolant(tube(sigma)) };
}

/** OT-CFM: pairs of minibatch transport, the path of I-CFM. @throws RangeError unless σ ≥ 0 is finite. */
export function exactOptimalTransportConditionalFlowMatcher(sigma = 0): FlowMatcher {
  return { coupling: otCoupling(), path: linearInterpolant(tube(sigma)) };
}

/** Lipman's path from noise, tx1 + (1 − (1 − σ)t)z: x0 is not read. [Lipman2023] @throws RangeError unless 0 ≤ σ < 1. */
export function targetConditionalFlowMatcher(sigma = 0): FlowMatcher {
  return { coupling: independentCoupling(), path: oneSidedInterpolant(condOt({ sigmaMin: sigma })) };
}

/**
 * SB-CFM: pairs of the entropic plan with ε = 2σ² and Brownian bridges between them, a Schrödinger bridge. torchcfm takes the
 * plan without entropy unless told otherwise, and adds 1e-8 to a denominator; here both are what the paper says.
 * @throws RangeError unless σ is positive and finite.
 */
export function schrodingerBridgeConditionalFlowMatcher(sigma = 1): FlowMatcher {
  return { coupling: schrodingerBridgeCoupling(sigma), path: linearInterpolant(bridgeNoise(sigma)) };
}

/** VP-CFM: independent pairs, cos(πt/2)x0 + sin(πt/2)x1 + σz. @throws RangeError unless σ ≥ 0 is finite. */
export function variancePreservingConditionalFlowMatcher(sigma = 0): FlowMatcher {
  return { coupling: independentCoupling(), path: interpolant(cosine(), tube(sigma)) };
}

/**
 * λ_t = 2γ_t/σ², torchcfm's `compute_lambda`: with s̃ = (σ²/2)∇ log p_t, the part of the score in the drift of an SDE whose noise
 * is σ, the mean of −z given x_t is λs̃, so that ‖λs̃ + z‖² is a loss for s̃ that is of size 1 at every time. [Tong2024]
 * @throws RangeError unless σ is positive and finite: theirs adds 1e-8 to σ² instead.
 */
export function scoreWeight({ noise }: Interpolant, t: number, sigma: number): number {
  if (!(sigma > 0 && sigma < Infinity)) {
    throw new RangeError(`Cannot weigh the score: σ is ${sigma}; expected a positive finite number`);
  }
  return (2 * noise.at(t).gamma) / (sigma * sigma);
}

/**
 * Pairs the rows of two batches, and takes a point on the path of every pair with its velocity: torchcfm's
 * `sample_location_and_conditional_flow`. Times are uniform unless given.
 * @throws RangeError when the batches do not fit together, or there is not one time for every pair.
 */
export function matchFlow({ coupling, path }: FlowMatcher, ends: CouplingEnds, rng: Rng, t?: Float64Array): MatchedBatch {
  const { rows0, rows1 } = coupling.couple(ends, fork(rng, "pairs"));
  const [x0, x1] = [takeRows(ends.x0, rows0), takeRows(ends.x1, rows1)];
  const z = points(normal(fork(rng, "latent"), new Float64Array(x1.data.length)), x1.dim);
  const times = t ?? uniform(fork(rng, "times"), new Float64Array(rows0.length));
  return { ...interpolantBatch(path, times, { x0, x1, z }), rows0, rows1 };
}
