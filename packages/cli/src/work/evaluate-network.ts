import {
  type AtomPath,
  drawMarginal,
  type Estimate,
  energyDistance,
  estimate,
  fork,
  meanRowDistance,
  memorisation,
  type Points,
  rngOf,
  squaredRowDistances,
  straightness,
  takeRows,
  wasserstein2,
  wasserstein2Floor,
  zerosLike,
} from "@fluxion/core";
import { evaluate, type NetworkField } from "@fluxion/train";
import type { Progress } from "../progress/index.js";
import type { SampleSpec } from "../spec/index.js";
import { type Captured, captures } from "./captures.js";
import { drawEvaluationBatch } from "./evaluation-batch.js";
import { type Motion, motionOf, type SampleMetrics, sampleMetrics } from "./sample-metrics.js";
import { type Flow, fieldFlow, networkFlow, startingPoints } from "./sampling.js";

/** What an evaluation depends on. */
export interface EvaluateNetworkInput {
  readonly path: AtomPath;
  readonly field: NetworkField;
  /** Fresh pairs for the loss come from this seed; the noise of the samples from `sample.seed`. */
  readonly seed: number;
  readonly sample: SampleSpec;
  /** Pairs (z, x₀) that the loss is measured on. */
  readonly batch: number;
  readonly floor: { readonly value: number; readonly standardError: number };
}

/** The same number for the network and for the exact field. */
export interface Pair {
  readonly network: number;
  readonly exact: number;
}

/** How far a trained network is from the exact field and from the data. */
export interface NetworkEvaluation {
  /** L_CFM of the network on fresh pairs. */
  readonly loss: Estimate;
  /** E‖v − u_t(x)‖² = L_CFM − V on the same pairs. Eq. (M8) */
  readonly excess: Estimate;
  readonly excessByTime: readonly { readonly t: number; readonly excess: number; readonly standardError: number }[];
  readonly energyDistance: Pair;
  /** To as many draws of the data, with what a perfect generator scores. */
  readonly w2: Pair & { readonly floor: number; readonly floorDeviation: number; readonly points: number };
  /** Share of samples that copy a data point. */
  readonly memorised: Pair;
  /** Nearest-neighbour ratios d₁/d₂ of the samples: their quartiles. A copy has less than 1/3. */
  readonly ratioQuartiles: { readonly network: readonly number[]; readonly exact: readonly number[] };
  /** Captures along the way, where they can be proved in reasonable time. Eq. (M9) */
  readonly captured?: readonly Captured[];
  readonly straightness: Pair;
  /** Further distances to the same draws of the data; left out for fewer than eight samples. */
  readonly metrics?: { readonly network: SampleMetrics; readonly exact: SampleMetrics };
  readonly motion: { readonly network: Motion; readonly exact: Motion };
  /** Mean distance of the two ends from the same noise. */
  readonly endpointDistance: number;
  readonly nfe: Pair;
}

/** The evaluation with the trajectories it is made of. */
export interface EvaluatedNetwork {
  readonly evaluation: NetworkEvaluation;
  /** Times of the states of both flows, from 0 to 1. */
  readonly times: readonly number[];
  readonly start: Points;
  readonly network: Flow;
  readonly exact: Flow;
  /** Nearest data point of every network sample, [B, D], and its distance, [B]. */
  readonly nearest: Points;
  readonly distance: Float64Array;
}

/** Times inside (0, 1) at which states are kept. */
const STOPS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Times at which the excess is measured, and points of p_t at each. */
const EXCESS_TIMES = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95];
const EXCESS_POINTS = 128;
/** The distances take the data themselves up to this size, and draws of them beyond. */
const REFERENCE = 2000;

/** Measures a network against the exact field and the data, from the same noise. */
export async function evaluateNetwork(
  input: EvaluateNetworkInput,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<EvaluatedNetwork> {
  const { path, field, sample } = input;
  const rng = fork(rngOf(input.seed), "evaluate");
  const start = startingPoints(path, sample.seed, sample.count);
  const follow = { solver: sample, progress, signal, stops: STOPS };
  const network = await networkFlow(field, start, follow);
  await new Promise(setImmediate);
  const exact = fieldFlow(path, start, follow);
  const task = progress.start("evaluate");
  const batch = drawEvaluationBatch(path, fork(rng, "loss"), input.batch);
  const measured = await evaluate(field, batch, { floor: input.floor });
  const excessByTime = await excessAt(input, rng);
  const copies = memorisation(network.x, path.atoms);
  const exactCopies = memorisation(exact.x, path.atoms);
  const times = [0, ...STOPS, 1];
  const captured = captures({
    path,
    times: STOPS,
    network: network.states,
    exact: exact.states,
    nearest: copies.nearest,
  });
  const reference = path.drawData(fork(rng, "w2"), network.x.size);
  const metrics = sampleMetrics({ network: network.x, exact: exact.x, reference }, rng);
  const evaluation: NetworkEvaluation = {
    loss: measured.loss,
    excess: measured.fieldError ?? missing(),
    excessByTime,
    energyDistance: energies(path, { network: network.x, exact: exact.x }, rng),
    w2: wassersteins(path, { network: network.x, exact: exact.x, reference }, rng),
    memorised: { network: copies.fraction, exact: exactCopies.fraction },
    ratioQuartiles: { network: quartiles(copies.ratios), exact: quartiles(exactCopies.ratios) },
    ...(captured ? { captured } : {}),
    straightness: {
      network: straightness(times, [start, ...network.states]),
      exact: straightness(times, [start, ...exact.states]),
    },
    ...(metrics ? { metrics } : {}),
    motion: {
      network: motionOf(times, [start, ...network.states], reference),
      exact: motionOf(times, [start, ...exact.states], reference),
    },
    endpointDistance: meanRowDistance(network.x, exact.x),
    nfe: { network: network.nfe, exact: exact.nfe },
  };
  task.end();
  const nearest = takeRows(path.atoms.points, copies.nearest);
  return { evaluation, times, start, network, exact, nearest, distance: copies.distances };
}

/** Lower quartile, median and upper quartile: the order statistics nearest below. */
function quartiles(values: Float64Array): readonly number[] {
  const sorted = values.slice().sort();
  return [0.25, 0.5, 0.75].map((q) => sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN);
}

function missing(): never {
  throw new Error("internal: the loss was measured without exact velocities");
}

/** E‖v − u_t(x)‖² over x ∼ p_t at each of several times. */
async function excessAt(
  { path, field }: EvaluateNetworkInput,
  rng: Parameters<typeof fork>[0],
): Promise<NetworkEvaluation["excessByTime"]> {
  const out: { t: number; excess: number; standardError: number }[] = [];
  for (const t of EXCESS_TIMES) {
    const x = drawMarginal(path, t, fork(rng, "time", t), EXCESS_POINTS);
    const u = path.field.evaluate(t, x, zerosLike(x));
    const v = await field.evaluate(t, x, zerosLike(x));
    const { mean, standardError } = estimate(squaredRowDistances(u, v));
    out.push({ t, excess: mean, standardError });
  }
  return out;
}

function energies(path: AtomPath, samples: { network: Points; exact: Points }, rng: Parameters<typeof fork>[0]): Pair {
  const { atoms } = path;
  const whole = atoms.points.size <= REFERENCE && path.bandwidth === 0;
  const reference = whole ? atoms.points : path.drawData(fork(rng, "reference"), REFERENCE);
  const options = whole ? { yWeights: atoms.logWeights.map(Math.exp) } : {};
  return {
    network: energyDistance(samples.network, reference, options),
    exact: energyDistance(samples.exact, reference, options),
  };
}

function wassersteins(
  path: AtomPath,
  samples: { network: Points; exact: Points; reference: Points },
  rng: Parameters<typeof fork>[0],
): NetworkEvaluation["w2"] {
  const { reference } = samples;
  const points = samples.network.size;
  const floor = wasserstein2Floor((r, n) => path.drawData(r, n), points, { rng: fork(rng, "w2 floor"), repetitions: 5 });
  return {
    network: wasserstein2(samples.network, reference).w2,
    exact: wasserstein2(samples.exact, reference).w2,
    floor: floor.w2.mean,
    floorDeviation: floor.w2.deviation,
    points,
  };
}
