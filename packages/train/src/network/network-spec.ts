import type { Activation } from "./activation.js";
import type { TimeSpec } from "./time-features.js";

/**
 * A multilayer perceptron for v_θ(t, x): φ(t) is appended to x, then `depth` hidden layers, then a linear layer to R^D.
 * torchcfm's network is `{ kind: "mlp", dim, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } }`.
 */
export interface MlpSpec {
  readonly kind: "mlp";
  /** D. */
  readonly dim: number;
  /** H, units in every hidden layer. @defaultValue 256 */
  readonly width?: number;
  /** Hidden layers. @defaultValue 3 */
  readonly depth?: number;
  /** @defaultValue "silu" */
  readonly activation?: Activation;
  /** h ← h + φ(Wh + b) from the second hidden layer on, instead of h ← φ(Wh + b). @defaultValue false */
  readonly residual?: boolean;
  /** @defaultValue `{ kind: "fourier", count: 8 }` */
  readonly time?: TimeSpec;
  /**
   * Times that it takes: t, or t and the time r that a flow map leads to. Given t alone, a network of two times takes r = t.
   * @defaultValue 1
   */
  readonly times?: 1 | 2;
  /** K, classes to be conditioned on. @defaultValue 0 */
  readonly classes?: number;
  /** Factor on the initial weights of the last layer; 0 starts from v = 0. @defaultValue 1 */
  readonly outputScale?: number;
}

/**
 * A residual perceptron whose normalised hidden layers are scaled and shifted by an embedding of time and class, FiLM
 * [Perez2018]: deeper and better at sharp fields than `mlp`, at two products a block.
 */
export interface ResidualMlpSpec {
  readonly kind: "residual-mlp";
  /** D. */
  readonly dim: number;
  /** Units of every hidden layer and of the embedding. @defaultValue 256 */
  readonly width?: number;
  /** Residual blocks of two layers. @defaultValue 3 */
  readonly depth?: number;
  /** @defaultValue "silu" */
  readonly activation?: Activation;
  /** @defaultValue `{ kind: "fourier", count: 8 }` */
  readonly time?: TimeSpec;
  /**
   * Times that it takes: t, or t and the time r that a flow map leads to. Given t alone, a network of two times takes r = t.
   * @defaultValue 1
   */
  readonly times?: 1 | 2;
  /** K, classes to be conditioned on. @defaultValue 0 */
  readonly classes?: number;
  /** Factor on the initial weights of the last layer; 0 starts from v = 0. @defaultValue 1 */
  readonly outputScale?: number;
}

/** A U-Net for images [channels, height, width] that are flattened to points of D = channels·height·width. */
export interface UnetSpec {
  readonly kind: "unet";
  /** Channels, height and width of an image. */
  readonly image: readonly [channels: number, height: number, width: number];
  /** Channels at full resolution, a multiple of `groups`. The embedding has four times as many numbers. @defaultValue 32 */
  readonly channels?: number;
  /** Channels of every resolution in units of `channels`; each is half the size of the one before. @defaultValue [1, 2, 2] */
  readonly multipliers?: readonly number[];
  /** Residual blocks of every resolution, on the way down and on the way up. @defaultValue 1 */
  readonly blocks?: number;
  /** Heads of the attention at the lowest resolution, a divisor of its channels; 0 for no attention. @defaultValue 1 */
  readonly heads?: number;
  /** Groups of channels that are normalised together. @defaultValue 8 */
  readonly groups?: number;
  /** @defaultValue `{ kind: "fourier", count: 8 }` */
  readonly time?: TimeSpec;
  /** K, classes to be conditioned on. @defaultValue 0 */
  readonly classes?: number;
  /** Factor on the initial weights of the last convolution; 0 starts from v = 0. @defaultValue 0 */
  readonly outputScale?: number;
}

/** What network to build, as plain data. */
export type NetworkSpec = MlpSpec | ResidualMlpSpec | UnetSpec;

/** What a network of the user's own says of itself. */
export interface CustomSpec {
  readonly kind: "custom";
  readonly name: string;
  readonly dim: number;
  readonly classes: number;
}

/** A spec with every default filled in. */
export type CompleteNetworkSpec = Required<MlpSpec> | Required<ResidualMlpSpec> | Required<UnetSpec> | CustomSpec;
