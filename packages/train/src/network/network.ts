import type { Rng } from "@fluxion/core";
import type { ForwardOps, Tensor } from "../engine/index.js";
import type { CompleteNetworkSpec } from "./network-spec.js";
import type { Parameter } from "./parameters.js";

/** A parametrised function f_θ(t, x, y) ∈ R^D with θ ∈ R^P, a velocity unless its learner says otherwise; θ lives elsewhere. */
export interface Network {
  /** What it was built from, with every default filled in. */
  readonly spec: CompleteNetworkSpec;
  /** D. */
  readonly dim: number;
  /** K, the number of classes that it can be conditioned on; 0 for none. */
  readonly classes: number;
  /** The arrays that θ consists of, in order. */
  readonly parameters: readonly Parameter[];
  /** P, the length of θ. */
  readonly parameterCount: number;
  /** Multiplications and additions of all matrix products and convolutions for one point. */
  readonly flopsPerPoint: number;
  /** Initial parameters θ, [P]: the same for the same generator. */
  init(rng: Rng): Float32Array;
  /**
   * f_θ(t, x, y) on tensors: θ [P], t [B], x [B, D], y one-hot [B, K] ↦ [B, D]. A row of zeros in y is the null label, and
   * leaving y out is the null label for all. Networks of `times: 2` take (t, r) as [B, 2] too, and read t [B] as r = t.
   */
  apply(ops: ForwardOps, theta: Tensor, t: Tensor, x: Tensor, y?: Tensor): Tensor;
}

/** How many times a network takes: 2 where its spec says so. */
export function timesOf({ spec }: Pick<Network, "spec">): 1 | 2 {
  return "times" in spec ? spec.times : 1;
}
