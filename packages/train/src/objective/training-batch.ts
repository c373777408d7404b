import type { Points } from "@fluxion/core";
import { NULL_LABEL, oneHot } from "../network/index.js";
import type { Objective } from "./flow-map-target.js";

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
  /** r, the second times of the objectives `meanFlow` (any) and `consistency` (after t), [B]. @defaultValue none */
  readonly until?: Float64Array;
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
  /** Second times, [B], where the objective has them. */
  readonly until?: Float32Array;
}

/** What a batch has to fit: D and the number of classes. */
export interface BatchTarget {
  readonly dim: number;
  /** @defaultValue 0 */
  readonly classes?: number;
  /** @defaultValue "velocity" */
  readonly objective?: Objective;
}

/**
 * Rounds a batch to float32 and folds the mean into the weights.
 * @throws RangeError when shapes disagree with each other or with `dim`, the batch is empty, a label is no class, or the second times are not
 * those of the objective.
 */
export function hostBatch(batch: TrainingBatch, { dim, classes = 0, objective = "velocity" }: BatchTarget): HostBatch {
  const { t, xt, ut, weight, label } = batch;
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
  const until = objective === "velocity" ? {} : { until: secondTimes(batch, objective) };
  return classes > 0 ? { ...arrays, ...until, y } : { ...arrays, ...until };
}

/** r in float32. @throws RangeError where it is missing, outside [0, 1], or not after t for the objective "consistency". */
function secondTimes({ t, until }: TrainingBatch, objective: Objective): Float32Array {
  const ordered = (r: number, b: number): boolean => objective === "meanFlow" || r > Number(t[b]);
  const wrong = until?.length === t.length ? until.findIndex((r, b) => !(r >= 0 && r <= 1 && ordered(r, b))) : -1;
  if (until?.length === t.length && wrong < 0) return Float32Array.from(until);
  const found = until?.length === t.length ? `until[${wrong}] is ${until[wrong]}` : `until is [${until?.length ?? "absent"}]`;
  const expected = objective === "meanFlow" ? "times in [0, 1]" : "times after t and at most 1";
  throw new RangeError(`Cannot use the batch for the objective "${objective}": ${found}; expected ${expected}, [${t.length}]`);
}
