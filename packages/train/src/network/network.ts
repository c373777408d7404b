import type { Rng } from "@fluxion/core";
import type { Ops, Tensor } from "../engine/index.js";
import type { NetworkSpec } from "./network-spec.js";
import type { Parameter } from "./parameters.js";

/** A parametrised velocity v_θ(t, x) ∈ R^D with θ ∈ R^P; the parameters live elsewhere. */
export interface Network {
  /** What it was built from, with every default filled in. */
  readonly spec: Required<NetworkSpec>;
  /** D. */
  readonly dim: number;
  /** The arrays that θ consists of, in order. */
  readonly parameters: readonly Parameter[];
  /** P, the length of θ. */
  readonly parameterCount: number;
  /** Multiplications and additions of all matrix products for one point: 2·Σ fanIn·fanOut. */
  readonly flopsPerPoint: number;
  /** Initial parameters θ, [P]: the same for the same generator. */
  init(rng: Rng): Float32Array;
  /** v_θ(t, x) on tensors: θ [P], t [B], x [B, D] ↦ [B, D]. */
  apply(ops: Ops, theta: Tensor, t: Tensor, x: Tensor): Tensor;
  /** v_θ(t, x) at one point in float64 on the host: the reference for every engine. */
  evaluateHost(theta: ArrayLike<number>, t: number, x: Float64Array, out: Float64Array): Float64Array;
}
