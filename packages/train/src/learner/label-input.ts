import type { Shape, Tensor } from "../engine/index.js";
import type { Network } from "../network/index.js";

/** The shape of the labels that a program of a network receives: y [B, K] where it has classes, and nothing where not. */
export function labelShape({ classes }: Network, B: number): { readonly y?: Shape } {
  return classes > 0 ? { y: [B, classes] } : {};
}

/** The labels among the inputs of a program of `labelShape`. */
export function labelOf(inputs: object): Tensor | undefined {
  return (inputs as { readonly y?: Tensor }).y;
}
