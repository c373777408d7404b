import type { Tensor } from "../engine/index.js";

/** The clipped gradient of a step, [P]. */
export interface Gradient {
  readonly gradient: Tensor;
}

/** The step size of a step. */
export interface Rate {
  /** η_k. */
  readonly rate: Tensor;
}
