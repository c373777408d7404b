import type { Check, FloorPoint, Points, SkippedCheck } from "@fluxion/core";

/** Everything that a report shows, already computed; the report draws and does no mathematics of its own. */
export interface ReportInput {
  /** Name of the run and of its data, with the seed that reproduces it. */
  readonly name: string;
  readonly data: DataSummary;
  /** The spec that made the run, as YAML text. */
  readonly spec: string;
  readonly path: string;
  readonly seed: number;
  readonly verification: {
    readonly checks: readonly Check[];
    readonly skipped: readonly SkippedCheck[];
    readonly passed: boolean;
  };
  readonly floor: FloorSummary;
  readonly training: TrainingSummary;
  /** Network and exact field from the same noise: images or points at several times. */
  readonly samples: SampleSummary;
  readonly posterior: PosteriorStrip;
  readonly evaluation: EvaluationSummary;
}

/** The data set. */
export interface DataSummary {
  readonly name: string;
  readonly size: number;
  readonly dim: number;
  /** Rows merged into weights because they repeat others. */
  readonly merged: number;
  /** Present for images: each point is height × width grey levels in [−1, 1]. */
  readonly image?: { readonly width: number; readonly height: number };
  /** Some data points to show, [B, D]. */
  readonly examples: Points;
  readonly attribution?: string;
}

/** The floor of the loss. */
export interface FloorSummary {
  readonly value: number;
  readonly standardError: number;
  readonly perDim: number;
  readonly byTime: readonly FloorPoint[];
  /** `exact` is the entropy of the data, Infinity for data with a density; then, and for some paths, there is no area. */
  readonly entropy: { readonly area: number | null; readonly standardError: number | null; readonly exact: number };
}

/** One line of the training curve. */
export interface CurvePoint {
  readonly step: number;
  /** CFM loss on the fixed evaluation batch. */
  readonly loss: number;
  /** E‖v − u_t(x)‖² on the same points: an unbiased estimate of L_CFM − V, with its standard error. */
  readonly excess: number;
  readonly excessStandardError: number;
}

/** What was trained, and how it went. */
export interface TrainingSummary {
  readonly network: string;
  /** Whether the network is added to the exact field of the Gaussian with the data's mean and covariance. */
  readonly onGaussian: boolean;
  readonly parameters: number;
  readonly steps: number;
  readonly batch: number;
  /**
   * What the batches regress on: the pair's velocity, whose loss has the floor V; u_t(x) itself, whose loss is the excess; or
   * its estimate from several points of the data, with a floor between none and V.
   */
  readonly target: "conditional" | "exact" | "estimate";
  /** How the rows of a batch were paired, as the spec writes it; absent: independently. */
  readonly coupling?: string | undefined;
  /** Loss of the training batches, as they came: step and loss. */
  readonly batches: readonly { readonly step: number; readonly loss: number }[];
  /** Evaluation of the averaged (EMA) weights. */
  readonly curve: readonly CurvePoint[];
  /** Excess by time of the final network. */
  readonly excessByTime: readonly { readonly t: number; readonly excess: number; readonly standardError: number }[];
}

/** States on the way from the same noise. */
export interface SampleSummary {
  readonly times: readonly number[];
  /** [times][B, D]. */
  readonly network: readonly Points[];
  readonly exact: readonly Points[];
  /** Nearest data point of each final network sample, and its distance, [B, D] and [B]. */
  readonly nearest: Points;
  readonly distance: Float64Array;
  /** The method, with the number of its equal steps or the tolerances of its adaptive ones. */
  readonly solver: { readonly name: string } & ({ readonly steps: number } | { readonly rtol: number; readonly atol: number });
  readonly nfe: { readonly network: number; readonly exact: number };
}

/** x_t = α_t z + β_t ε of one pair (z, ε) at several times, with the data points that carry its posterior. */
export interface PosteriorStrip {
  readonly columns: readonly {
    readonly t: number;
    /** x_t, [1, D]. */
    readonly x: Points;
    /** Posterior mean, [1, D]. */
    readonly denoiser: Points;
    readonly entropy: number;
    readonly ess: number;
    /** The top-k data points, [k, D], with their weights. */
    readonly top: Points;
    readonly weights: Float64Array;
  }[];
}

/** Numbers of the evaluation. */
export interface EvaluationSummary {
  readonly excess: number;
  readonly excessStandardError: number;
  readonly excessPerDim: number;
  readonly energyDistance: { readonly network: number; readonly exact: number };
  readonly w2: { readonly network: number; readonly exact: number; readonly floor: number; readonly floorDeviation: number };
  /** Fraction of samples whose nearest data point is closer than a third of the second nearest. */
  readonly memorised: { readonly network: number; readonly exact: number };
  readonly straightness: { readonly network: number; readonly exact: number };
  /** Mean distance of the two ends from the same noise. */
  readonly endpointDistance: number;
}
