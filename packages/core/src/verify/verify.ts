import type { AtomPath } from "../field/index.js";
import { type Floor, floorOf } from "../floor/index.js";
import { fork, type Rng } from "../random/index.js";
import { checkBayes, checkMarginalField } from "./bayes.js";
import type { Check } from "./check.js";
import { checkConditionalContinuity, checkConditionalVelocity, checkPath } from "./conditional.js";
import { checkConversions, checkDivergence, checkScore } from "./conversions.js";
import { type Derivation, derivationOf } from "./derivation.js";
import { checkGap, checkGapLoss } from "./gap.js";
import { checkLikelihood } from "./likelihood.js";
import {
  checkArea,
  checkFloor,
  checkLossGradientExact,
  checkLossGradientSampled,
  featureNetworkGradient,
  type LossGradient,
} from "./losses.js";
import { checkContinuity, checkExchange, checkMixture } from "./marginal.js";
import { probesOf } from "./probes.js";
import { checkSchedules } from "./schedules.js";
import { checkTransport } from "./transport.js";

/** The ids of all checks, in the order in which `verify` runs them. */
export const checkIds: readonly string[] = [
  "m1-path",
  "m2-conditional-velocity",
  "m4-conditional",
  "m3-mixture",
  "m4-exchange",
  "m4-marginal",
  "m5-bayes",
  "m6-marginal-field",
  "m7-conversions",
  "m7-score",
  "m7-divergence",
  "m8-gradient-exact",
  "m8-gradient-network",
  "m8-floor",
  "m9-schedules",
  "m10-area",
  "likelihood",
  "transport",
  "gap-same-path",
  "gap-other-particles",
  "gap-loss",
  "gap-energy",
];

/** Options of `verify`. */
export interface VerifyOptions {
  readonly rng: Rng;
  /** Points of p_t at each of six times. @defaultValue 4 */
  readonly probes?: number;
  /** Trajectories of the transport checks. @defaultValue 64 */
  readonly trajectories?: number;
  /** Draws of the direct Monte Carlo estimate of the floor. @defaultValue 2000 */
  readonly floorDraws?: number;
  /** A floor already computed for this path; else it is computed. */
  readonly floor?: Floor;
  /** Loss gradient of a real network for M8. @defaultValue a small network with random features */
  readonly gradient?: LossGradient;
  /** The objects to check. @defaultValue Fluxion's own, `derivationOf(path)` */
  readonly derivation?: Derivation;
}

/** A step that does not apply to this data set, and why. */
export interface SkippedCheck {
  readonly id: string;
  readonly reason: string;
}

/** The whole derivation checked on one data set. */
export interface Verification {
  readonly checks: readonly Check[];
  readonly skipped: readonly SkippedCheck[];
  readonly passed: boolean;
  readonly floor: Floor;
}

/**
 * Checks the derivation of the training target step by step, M1 to M10, with the transport it promises and the gap that its
 * usual proof leaves, on one data set. Yields every check as it ends; returns the whole.
 * @throws RangeError for smoothed data, since the checks enumerate atoms, and for another source than N(0, I).
 */
export async function* verify(path: AtomPath, options: VerifyOptions): AsyncGenerator<Check, Verification, void> {
  if (path.bandwidth > 0) {
    throw new RangeError(`Cannot verify the derivation: the data are smoothed with bandwidth ${path.bandwidth}; expected atoms`);
  }
  if (!path.source.isotropic) {
    throw new RangeError("Cannot verify the derivation: the source is not N(0, I); expected the source of its conditional paths");
  }
  const { rng, probes: count = 4, trajectories = 64, floorDraws = 2000 } = options;
  const derivation = options.derivation ?? derivationOf(path);
  const D = path.field.dim;
  const gradient = options.gradient ?? featureNetworkGradient(D, 16, fork(rng, "network"));
  const probes = probesOf(path, fork(rng, "probes"), count);
  const checks: Check[] = [];
  const skipped: SkippedCheck[] = [];
  const keep = (check: Check): Check => {
    checks.push(check);
    return check;
  };

  yield keep(checkPath(derivation, probes));
  yield keep(checkConditionalVelocity(derivation, probes));
  yield keep(checkConditionalContinuity(derivation, probes));
  yield keep(checkMixture(derivation, probes, fork(rng, "mixture")));
  yield keep(checkExchange(derivation, probes));
  yield keep(checkContinuity(derivation, probes));
  yield keep(checkBayes(derivation, probes));
  yield keep(checkMarginalField(derivation, probes));
  yield keep(checkConversions(derivation, probes));
  yield keep(checkScore(derivation, probes, fork(rng, "directions")));
  yield keep(checkDivergence(derivation, probes));
  yield keep(await checkLossGradientExact(derivation, probes, fork(rng, "features")));
  yield keep(await checkLossGradientSampled(derivation, { rng: fork(rng, "gradient"), gradient, batches: 16, batchSize: 64 }));
  const floor = options.floor ?? floorOf(path, { rng: fork(rng, "floor") });
  yield keep(checkFloor(derivation, floor, fork(rng, "monte carlo"), floorDraws));
  yield keep(checkSchedules(derivation, fork(rng, "schedules")));
  if (floor.area) yield keep(checkArea(derivation, floor));
  else skipped.push({ id: "m10-area", reason: `the path "${path.field.scheduler.name}" does not run over all of 0 < α/β < ∞` });
  yield keep(checkLikelihood(derivation, fork(rng, "likelihood")));
  yield keep(checkTransport(derivation, fork(rng, "transport"), { samples: trajectories }));
  if (D > 1) {
    for (const check of checkGap(derivation, fork(rng, "gap"), { samples: trajectories })) yield keep(check);
    for (const check of checkGapLoss(derivation, fork(rng, "gap loss"))) yield keep(check);
  } else skipped.push({ id: "gap", reason: "in one dimension no antisymmetric turn exists" });
  return { checks, skipped, passed: checks.every(({ passed }) => passed), floor };
}
