import type { Points } from "@fluxion/core";
import { NULL_LABEL, oneHot } from "../network/index.js";

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
  /** Classes of the points, −1 for none, [B]: a network with classes is conditioned on them. @defaultValue −1 for all */
  readonly label?: Int32Array;
}

/** A batch as the engine receives it. */
export interface HostBatch {
  readonly t: Float32Array;
  readonly xt: Float32Array;
  readonly ut: Float32Array;
  /** w_b/B. */
  readonly share: Float32Array;
  /** Labels one-hot, [B, K], where the network has classes. */
  readonly y?: Float32Array;
}

/** What a batch has to fit: D and the number of classes. */
export interface BatchTarget {
  readonly dim: number;
  /** @defaultValue 0 */
  readonly classes?: number;
}

/**
 * Rounds a batch to float32 and folds the mean into the weights.
 * @throws RangeError when shapes disagree with each other or with `dim`, the batch is empty, or a label is no class.
 */
export function hostBatch({ t, xt, ut, weight, label }: TrainingBatch, { dim, classes = 0 }: BatchTarget): HostBatch {
  const B = t.length;
  const fits = (x: Points): boolean => x.size === B && x.dim === dim;
  const perPoint = { weight, label };
  if (B === 0 || !fits(xt) || !fits(ut) || Object.values(perPoint).some((values) => values && values.length !== B)) {
    const lengths = Object.entries(perPoint).map(([name, values]) => (values ? `, ${name} is [${values.length}]` : ""));
    throw new RangeError(
      `Cannot use the batch: t is [${B}], xt is [${xt.size}, ${xt.dim}], ut is [${ut.size}, ${ut.dim}]${lengths.join("")}; expected [B], [B, ${dim}] and [B, ${dim}] with B ≥ 1`,
    );
  }
  const share = weight ? Float32Array.from(weight, (w) => w / B) : new Float32Array(B).fill(1 / B);
  const y = oneHot(label ?? new Int32Array(B).fill(NULL_LABEL), classes);
  const arrays = { t: Float32Array.from(t), xt: Float32Array.from(xt.data), ut: Float32Array.from(ut.data), share };
  return classes > 0 ? { ...arrays, y } : arrays;
}
