import type { Points } from "@fluxion/core";

/**
 * Points on conditional paths with their regression targets; a `PathBatch` of the core is one. The target does not
 * depend on θ, so that a batch is plain data. Eq. (M8)
 */
export interface TrainingBatch {
  /** Times, [B]. */
  readonly t: Float64Array;
  /** x_t, [B, D]. */
  readonly xt: Points;
  /** The velocity to regress on, [B, D]: u_t(x|z) for the CFM loss, u_t(x) for the FM loss. */
  readonly ut: Points;
  /** w_b ≥ 0, [B]. @defaultValue all 1 */
  readonly weight?: Float64Array;
}

/** A batch as the engine receives it. */
export interface HostBatch {
  readonly t: Float32Array;
  readonly xt: Float32Array;
  readonly ut: Float32Array;
  /** w_b/B. */
  readonly share: Float32Array;
}

/**
 * Rounds a batch to float32 and folds the mean into the weights.
 * @throws RangeError when shapes disagree with each other or with `dim`, or the batch is empty.
 */
export function hostBatch({ t, xt, ut, weight }: TrainingBatch, dim: number): HostBatch {
  const B = t.length;
  if (B === 0 || xt.size !== B || ut.size !== B || xt.dim !== dim || ut.dim !== dim || (weight && weight.length !== B)) {
    const weights = weight ? `, weight is [${weight.length}]` : "";
    throw new RangeError(
      `Cannot use the batch: t is [${B}], xt is [${xt.size}, ${xt.dim}], ut is [${ut.size}, ${ut.dim}]${weights}; expected [B], [B, ${dim}] and [B, ${dim}] with B ≥ 1`,
    );
  }
  const share = weight ? Float32Array.from(weight, (w) => w / B) : new Float32Array(B).fill(1 / B);
  return { t: Float32Array.from(t), xt: Float32Array.from(xt.data), ut: Float32Array.from(ut.data), share };
}
