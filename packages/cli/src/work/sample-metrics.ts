import {
  type Discrepancy,
  type Fidelity,
  fidelity,
  fork,
  type Interval,
  maximumMeanDiscrepancy,
  medianDistance,
  normalisedPathEnergy,
  type Points,
  pathEnergy,
  type Rng,
  slicedWasserstein2,
  wasserstein1,
  wasserstein2,
  wasserstein2Interval,
} from "@fluxion/core";

/** How far samples are from as many draws of the data. */
export interface SampleMetrics {
  readonly w1: number;
  /** W₂² with a 95 % interval for its mean at this size. */
  readonly w2Squared: Interval;
  /** Sliced W₂. */
  readonly slicedW2: number;
  /** With one bandwidth for network and exact field. */
  readonly mmd: Discrepancy;
  /** With balls to the fifth neighbour. */
  readonly fidelity: Fidelity;
}

/** Samples that are too few have no such metrics. */
const LEAST = 8;
const NEIGHBOURS = 5;

/** The metrics of samples against draws of the data; MMD by the median distance between draws and network samples. */
export function sampleMetrics(
  { network, exact, reference }: { readonly network: Points; readonly exact: Points; readonly reference: Points },
  rng: Rng,
): { readonly network: SampleMetrics; readonly exact: SampleMetrics } | undefined {
  if (network.size < LEAST) return undefined;
  const bandwidth = medianDistance(network, reference);
  const of = (x: Points): SampleMetrics => metricsOf(x, reference, { rng, bandwidth });
  return { network: of(network), exact: of(exact) };
}

function metricsOf(x: Points, reference: Points, { rng, bandwidth }: { rng: Rng; bandwidth: number }): SampleMetrics {
  return {
    w1: wasserstein1(x, reference),
    w2Squared: wasserstein2Interval(x, reference),
    slicedW2: slicedWasserstein2(x, reference, { rng: fork(rng, "sliced") }).sw2,
    mmd: maximumMeanDiscrepancy(x, reference, { bandwidth }),
    fidelity: fidelity(x, reference, { k: NEIGHBOURS }),
  };
}

/** What a flow moves, and by how much that is more than the least. */
export interface Motion {
  /** ∫ E‖ẋ‖² dt of straight lines between the stored states. */
  readonly pathEnergy: number;
  /** NPE: |energy − W₂²|/W₂², W₂ between the start and draws of the data. */
  readonly normalisedPathEnergy: number;
}

/** The motion of stored states, from source to data. */
export function motionOf(times: readonly number[], states: readonly Points[], reference: Points): Motion {
  const energy = pathEnergy(times, states);
  const [start = reference] = states;
  return { pathEnergy: energy, normalisedPathEnergy: normalisedPathEnergy(energy, wasserstein2(start, reference).w2Squared) };
}
