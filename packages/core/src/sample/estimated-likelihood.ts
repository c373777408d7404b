import type { Points } from "../points/index.js";
import { estimate } from "../random/index.js";
import type { FlowLikelihood, LikelihoodOptions } from "./likelihood.js";
import { type CarriedBack, type ColumnField, carryBack, carryBackAsync } from "./transport-columns.js";

/** A log-density by transport with an estimated divergence, and how uncertain that leaves it. */
export interface EstimatedLikelihood extends FlowLikelihood {
  /** Standard error of `logDensity` over the probes, nats, [B]; ∞ for a single probe, which says nothing of its own spread. */
  readonly standardError: Float64Array;
  /** P. */
  readonly probes: number;
}

/**
 * `flowLogDensity` with a divergence from P probes, each integrated by itself along the same trajectory: the mean over probes is
 * unbiased for the log-density (its exponential is not unbiased for the density), and their spread is its standard error.
 */
export function estimateLogDensity(field: ColumnField, x: Points, options: LikelihoodOptions): EstimatedLikelihood {
  return summarise(carryBack(field, x, options), field.columns, options);
}

/** `estimateLogDensity` for a field that answers later. */
export async function estimateLogDensityAsync(
  field: ColumnField<void | Promise<void>>,
  x: Points,
  options: LikelihoodOptions,
): Promise<EstimatedLikelihood> {
  return summarise(await carryBackAsync(field, x, options), field.columns, options);
}

function summarise({ x0, columns, nfe }: CarriedBack, probes: number, options: LikelihoodOptions): EstimatedLikelihood {
  const logDensity = Float64Array.from(options.sourceLogDensity(x0));
  const standardError = new Float64Array(x0.size);
  for (let b = 0; b < x0.size; b++) {
    const own = columns.subarray(b * probes, (b + 1) * probes);
    const here = probes === 1 ? { mean: own[0], standardError: Infinity } : estimate(own);
    logDensity[b] += here.mean;
    standardError[b] = here.standardError;
  }
  return { logDensity, standardError, probes, x0, nfe };
}
