import type { VectorField } from "../ode/index.js";
import type { Points } from "../points/index.js";
import { type GenerateOptions, generate } from "./generate.js";

/** Ends that a flow couples, row by row. */
export interface FlowPairs {
  /** Where every row starts, [B, D]. */
  readonly x0: Points;
  /** Where the flow takes it, [B, D]. */
  readonly x1: Points;
}

/**
 * The coupling that a vector field makes: every start with its end. Training on straight lines between them is reflow, and
 * its exact target is `pairField(condOt(), pairs(x0, x1), constantNoise(σ))` [Liu2023]. Both ends keep the laws that the field
 * has there, and no convex cost of the pairs exceeds that of the pairs the field was trained on, in expectation.
 * @throws SolveError when the solve cannot reach the end.
 */
export function reflowPairs(field: VectorField, x0: Points, options: GenerateOptions = {}): FlowPairs {
  return { x0, x1: generate(field, x0, options).y };
}
