/** Every check of the derivation catches a wrong object: one planted error for each. */
import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { floorOf } from "../floor/index.js";
import { conditionalLogDensity, conditionalVelocity } from "../path/index.js";
import { type Points, pointsOf } from "../points/index.js";
import { fork, rngOf } from "../random/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import { checkBayes, checkMarginalField } from "./bayes.js";
import type { Check } from "./check.js";
import { checkConditionalContinuity, checkConditionalVelocity, checkPath } from "./conditional.js";
import { checkConversions, checkDivergence, checkScore } from "./conversions.js";
import { type Derivation, derivationOf } from "./derivation.js";
import { checkGap, checkGapLoss, swirledField } from "./gap.js";
import { checkLikelihood } from "./likelihood.js";
import { checkArea, checkFloor, checkLossGradientExact, checkLossGradientSampled, featureNetworkGradient } from "./losses.js";
import { checkContinuity, checkExchange, checkMixture } from "./marginal.js";
import { probesOf } from "./probes.js";
import { checkSchedules } from "./schedules.js";
import { checkTransport } from "./transport.js";

const rng = rngOf(7);
const path = atomPath(
  condOt(),
  atoms(
    pointsOf([
      [1.2, -0.4],
      [-0.9, 0.8],
      [0.3, 1.5],
      [-1.1, -1.3],
      [0.2, 0.1],
    ]),
    [1, 2, 1, 1, 3],
  ),
);
const right = derivationOf(path);
const probes = probesOf(path, fork(rng, "probes"), 4);
const floor = floorOf(path, { rng: fork(rng, "floor"), samples: 128 });

const conditional = (part: Partial<Derivation["conditional"]>): Derivation => ({
  ...right,
  conditional: { ...right.conditional, ...part },
});
const marginal = (part: Partial<Derivation["marginal"]>): Derivation => ({ ...right, marginal: { ...right.marginal, ...part } });
const scaled = (factor: number, f: (t: number, x: Points) => Float64Array) => (t: number, x: Points) =>
  f(t, x).map((v) => factor * v);

/** The mean of the conditional fields over the data, without the posterior: the usual wrong marginal field. */
const unweighted = marginal({
  velocity(t, x) {
    const { alpha, beta, dAlpha, dBeta } = right.scheduler.at(t);
    const mean = [-0.06, 0.14];
    return x.data.map((v, d) => dAlpha * mean[d % 2] + (dBeta / beta) * (v - alpha * mean[d % 2]));
  },
});
/** Logits over 1 − t in place of (1 − t)², an error found in print. */
const oncePower = marginal({
  weights(t, x) {
    const { alpha, beta } = right.scheduler.at(t);
    return path.field.posterior.weights(x, { alpha, beta: Math.sqrt(beta) });
  },
});
/** A density whose 2π is not raised to the power D/2, an error found in code. */
const noDimension = conditional({
  logDensity: (at, x, z) => conditionalLogDensity(at, x, z).map((v) => v + 0.5 * Math.log(2 * Math.PI)),
});

/** Moved along the score, which is not divergence-free. */
const pulled = {
  evaluate(t: number, x: Points, out: Points): Points {
    const [u, s] = [right.marginal.velocity(t, x), right.marginal.score(t, x)];
    const c = 3 * right.scheduler.at(t).beta ** 2;
    out.data.set(u.map((v, d) => v + c * s[d]));
    return out;
  },
};

type Run = (d: Derivation) => Check | Promise<Check>;
const network = featureNetworkGradient(2, 8, fork(rng, "network"));

const plants: readonly [name: string, run: Run, planted: Derivation][] = [
  ["m1-path", (d) => checkPath(d, probes), noDimension],
  [
    "m2-conditional-velocity",
    (d) => checkConditionalVelocity(d, probes),
    conditional({
      velocity: (at, x, z) => ({ ...x, data: x.data.map((v, i) => at.dAlpha * z.data[i] + (at.dBeta / at.beta) * v) }),
    }),
  ],
  [
    "m4-conditional",
    (d) => checkConditionalContinuity(d, probes),
    conditional({
      velocity: (at, x, z) => ({ ...x, data: conditionalVelocity(at, x, z).data.map((v, i) => v + 1e-4 * x.data[i]) }),
    }),
  ],
  [
    "m3-mixture",
    (d) => checkMixture(d, probes, rng),
    marginal({ logDensity: (t, x) => right.marginal.logDensity(t, x).map((v) => v + 0.5) }),
  ],
  ["m4-exchange", (d) => checkExchange(d, probes), unweighted],
  ["m4-marginal", (d) => checkContinuity(d, probes), marginal({ velocity: scaled(1 + 1e-5, right.marginal.velocity) })],
  ["m5-bayes", (d) => checkBayes(d, probes), oncePower],
  ["m6-marginal-field", (d) => checkMarginalField(d, probes), unweighted],
  ["m7-conversions", (d) => checkConversions(d, probes), marginal({ noise: scaled(1 + 1e-9, right.marginal.noise) })],
  ["m7-score", (d) => checkScore(d, probes, rng), marginal({ score: scaled(1 + 1e-5, right.marginal.score) })],
  ["m7-divergence", (d) => checkDivergence(d, probes), marginal({ divergence: scaled(1 + 1e-5, right.marginal.divergence) })],
  ["m8-gradient-exact", (d) => checkLossGradientExact(d, probes, rng), unweighted],
  ["m8-gradient-network", (d) => checkLossGradientSampled(d, { rng, gradient: network, batches: 16, batchSize: 64 }), unweighted],
  ["m9-schedules", (d) => checkSchedules(d, rng), marginal({ velocity: scaled(1.001, right.marginal.velocity) })],
  ["likelihood", (d) => checkLikelihood(d, rng), marginal({ divergence: scaled(1 + 1e-4, right.marginal.divergence) })],
  ["transport", (d) => checkTransport(d, rng), unweighted],
];

describe("every check", () => {
  for (const [id, run, planted] of plants) {
    it(`${id} passes on the right objects and fails on a planted wrong one`, async () => {
      const good = await run(right);
      expect(good.id).toBe(id);
      expect(good).toMatchObject({ passed: true });
      expect(await run(planted)).toMatchObject({ id, passed: false });
    });
  }

  it("m8-floor passes on the floor and fails on one that is a fifth too high", () => {
    expect(checkFloor(right, floor, rng, 4000)).toMatchObject({ passed: true });
    expect(checkFloor(right, { ...floor, value: 1.2 * floor.value }, rng, 4000)).toMatchObject({ passed: false });
  });

  it("m10-area passes on the entropy and fails when duplicates are counted as points", () => {
    expect(checkArea(right, floor)).toMatchObject({ passed: true });
    const counted = { ...right, path: { ...path, entropy: path.entropy + Math.log(2) } };
    expect(checkArea(counted, floor)).toMatchObject({ passed: false });
  });

  it("gap-same-path passes for a turn of the score and fails for the score itself, which is not divergence-free", () => {
    expect(checkGap(right, rng)[0]).toMatchObject({ id: "gap-same-path", passed: true });
    expect(checkGap(right, rng, { other: pulled })[0]).toMatchObject({ passed: false });
  });

  it("gap-other-particles passes with a turn and fails without one", () => {
    expect(checkGap(right, rng)[1]).toMatchObject({ id: "gap-other-particles", passed: true });
    expect(checkGap(right, rng, { other: swirledField(right, 0) })[1]).toMatchObject({ passed: false });
  });

  it("gap-loss fails for a field that is no conditional mean, gap-energy for one that is moved along the score", () => {
    const [loss, energy] = checkGapLoss(right, rng, { draws: 4000 });
    expect([loss, energy]).toMatchObject([
      { id: "gap-loss", passed: true },
      { id: "gap-energy", passed: true },
    ]);
    const tooFast = marginal({ velocity: scaled(1.5, right.marginal.velocity) });
    expect(checkGapLoss(tooFast, rng, { draws: 4000, other: swirledField(right, 0.8) })[0]).toMatchObject({ passed: false });
    expect(checkGapLoss(right, rng, { draws: 4000, other: pulled })[1]).toMatchObject({ passed: false });
  });

  it("a value that is not a number fails", async () => {
    const broken = marginal({ velocity: (t, x) => right.marginal.velocity(t, x).fill(Number.NaN) });
    expect(checkMarginalField(broken, probes)).toMatchObject({ passed: false });
  });

  it("holds under a curved scheduler as well", () => {
    const other = derivationOf(atomPath(cosine(), path.atoms));
    const there = probesOf(other.path, rng, 3);
    for (const check of [
      checkPath,
      checkConditionalVelocity,
      checkConditionalContinuity,
      checkExchange,
      checkContinuity,
      checkConversions,
    ]) {
      expect(check(other, there)).toMatchObject({ passed: true });
    }
  });
});
