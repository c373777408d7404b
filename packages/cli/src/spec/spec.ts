import type { OptimizerRuleSpec, TimeSamplerSpec, WeightingSpec } from "@fluxion/train";

/** The data of a run and how its numbers become points. */
export interface DataSpec {
  /** `digits`, a toy set as `moons:2000`, or a file. */
  readonly from: string;
  /** Every coordinate v becomes factor·v + offset. */
  readonly scale?: { readonly factor: number; readonly offset: number } | undefined;
  /** The column of a table that holds classes and no coordinate: "last", an index from 0, or its name. */
  readonly labels?: string | number | undefined;
  /** The array to take from a file of several. */
  readonly array?: string | undefined;
  /** Whether the first row of a csv names the columns; found out where absent. */
  readonly header?: boolean | undefined;
  /** Width of the Gaussian around every point; 0 for the points themselves. */
  readonly bandwidth: number;
  /** A file with one positive weight a point. */
  readonly weights?: string | undefined;
  /** The picture that a row is, in row-major grey levels. */
  readonly image?: { readonly width: number; readonly height: number } | undefined;
}

/** What every network has. */
interface AnyNetworkSpec {
  /** How the network sees time. */
  readonly time:
    | { readonly kind: "raw" }
    | { readonly kind: "fourier"; readonly count: number }
    | { readonly kind: "sinusoidal"; readonly count: number; readonly maxFrequency: number };
  /** Classes of the data that it is conditioned on; 0 for none. */
  readonly classes: number;
  /** Factor on the initial weights of the last layer. */
  readonly outputScale: number;
  /**
   * What the network is added to: nothing, or the exact field of the Gaussian with the data's mean and covariance, widened by
   * `width` so that it stays finite at t = 1.
   */
  readonly base: { readonly kind: "none" } | { readonly kind: "gaussian"; readonly width: number };
}

/** A multilayer perceptron, or a deeper one of normalised blocks under modulation by time and class. */
export interface PerceptronSpec extends AnyNetworkSpec {
  readonly kind: "mlp" | "residual-mlp";
  /** Units of a hidden layer. */
  readonly width: number;
  /** Hidden layers, or residual blocks. */
  readonly depth: number;
  readonly activation: "silu" | "gelu" | "relu" | "selu" | "tanh";
  /** Of an mlp: whether hidden layers after the first add their input to their output. */
  readonly residual?: boolean | undefined;
}

/** A U-Net for pictures. */
export interface UnetSpec extends AnyNetworkSpec {
  readonly kind: "unet";
  /** Channels at full resolution. */
  readonly channels: number;
  /** Channels of every resolution in units of `channels`. */
  readonly multipliers: readonly number[];
  /** Residual blocks of every resolution, each way. */
  readonly blocks: number;
  /** Heads of the attention at the lowest resolution; 0 for none. */
  readonly heads: number;
  /** Groups of channels that are normalised together. */
  readonly groups: number;
}

/** The velocity network. */
export type NetworkSpec = PerceptronSpec | UnetSpec;

/**
 * What the network regresses on: the velocity of the pair (x₀, z) that a point was made from; the marginal velocity u_t(x)
 * itself; its unbiased estimate from M points of the data, the pair's among them; or the marginal velocity on a grid of J
 * points of the data, B noises and T times, whose J·B·T are a batch. A grid takes the dot products of J + B points only, but
 * its points depend on each other: at equal size its gradient varies several times as much as that of independent points.
 */
export type TargetSpec =
  | "conditional"
  | "exact"
  | { readonly efm: number }
  | { readonly grid: readonly [J: number, B: number, T: number] };

/** How the network is trained. */
export interface TrainSpec {
  /** What computes: "onnx" is ONNX Runtime, "jax" jax-js; "auto" the first where it is installed, else the second. */
  readonly engine: "auto" | "onnx" | "jax";
  /** Threads of ONNX Runtime; absent: all of the machine. A run resumes on as many as it began with. */
  readonly threads?: number | undefined;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Steps in which the learning rate rises from 0. */
  readonly warmup: number;
  /** What the learning rate does after the warm-up. */
  readonly schedule: "constant" | "cosine";
  readonly weightDecay: number;
  /** Largest norm of the gradient. */
  readonly clip: number;
  /** Absent: "conditional". */
  readonly target?: TargetSpec | undefined;
  /** The law of the times of a batch and how they are drawn; absent: independent uniform times. */
  readonly time?: TimeSamplerSpec | undefined;
  /** What the squared error of the network's prediction counts at each time; absent: 1. */
  readonly weighting?: WeightingSpec | undefined;
  /** The method; absent: AdamW. */
  readonly optimizer?: OptimizerRuleSpec | undefined;
  /** Whether metrics are also written as a TensorBoard event file; absent: no. */
  readonly tensorboard?: boolean | undefined;
  /** Share of the classes that are withheld from a network with classes, which guidance needs. */
  readonly labelDropout: number;
  /**
   * How the rows of a batch are paired, as `ot` or `sinkhorn:0.05`; absent: independently. The field that pairs of another
   * coupling make is not u_t of the path, so that the excess then contains what the coupling changes.
   */
  readonly coupling?: string | undefined;
  /** Decay of the running mean of the weights. */
  readonly ema: number;
  /** Steps between two measurements of the loss and its excess. */
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  /** How many of the last checkpoints stay, beside the one of the least loss; absent: all. */
  readonly keepLast?: number | undefined;
  /** Pairs (z, x₀) of a measurement. */
  readonly evaluationBatch: number;
}

/** How much work the verification does. */
export interface VerifySpec {
  /** Points of p_t at each time. */
  readonly probes: number;
  /** Trajectories of the transport checks. */
  readonly trajectories: number;
  /** Draws of the direct estimate of the floor. */
  readonly floorDraws: number;
}

/** How samples are drawn after the training. */
export interface SampleSpec {
  readonly count: number;
  readonly solver: "euler" | "midpoint" | "heun" | "rk4" | "dopri5";
  /** Tolerances of the adaptive solver. */
  readonly rtol: number;
  readonly atol: number;
  /** Steps of the solvers of fixed step. */
  readonly steps: number;
  readonly seed: number;
}

/** A run as its spec file describes it, with every default filled in. */
export interface Spec {
  /** Names the run directory. */
  readonly name: string;
  readonly seed: number;
  readonly data: DataSpec;
  /** The scheduler as text, as `condOt` or `polynomial:3`. */
  readonly path: string;
  readonly verify: VerifySpec;
  readonly floor: { readonly samples: number };
  readonly network: NetworkSpec;
  readonly train: TrainSpec;
  readonly sample: SampleSpec;
  readonly report: { readonly language: "en" | "zh" };
}
