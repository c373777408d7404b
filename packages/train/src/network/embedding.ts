import type { Tensor } from "../engine/index.js";
import { activations } from "./activation.js";
import { affine, classVector } from "./layers.js";
import type { Layout, Pass } from "./layout.js";
import { featureCount, type TimeSpec, timeFeatures, traceTimes } from "./time-features.js";

/** What an embedding is made of. */
export interface EmbeddingSpec {
  readonly time: TimeSpec;
  /** @defaultValue 1 */
  readonly times?: 1 | 2;
  /** K, 0 for none. */
  readonly classes: number;
  /** E. */
  readonly width: number;
}

/** Times [B], or [B, 2], and, where there are classes, one-hot labels [B, K] ↦ [B, E]. */
export type Embedding = (pass: Pass, t: Tensor, y: Tensor | undefined) => Tensor;

/**
 * The condition that modulates every layer: silu(W₂ silu(W₁ φ(t) + b₁) + b₂ + c_y), with a learned vector c_y for each class
 * and none for the null label.
 */
export function embedding(to: Layout, { time, times = 1, classes, width }: EmbeddingSpec): Embedding {
  const features = timeFeatures(time);
  const silu = activations.silu;
  const first = affine(to, "time.0", { fanIn: times * featureCount(features), fanOut: width });
  const second = affine(to, "time.1", { fanIn: width, fanOut: width, gain: silu.gain });
  const ofClass = classes > 0 ? classVector(to, { classes, features: width }) : undefined;
  return (pass, t, y) => {
    const { ops } = pass;
    const e = second(pass, silu.traced(ops, first(pass, traceTimes(ops, features, t, times))));
    return silu.traced(ops, ofClass && y ? ops.add(e, ofClass(pass, y)) : e);
  };
}
