import type { Array as JaxArray } from "@jax-js/jax";
import type { Tensor } from "./tensor.js";

/** The module of jax-js, loaded when an engine starts. */
export type Jax = typeof import("@jax-js/jax");

/** The jax-js array behind a tensor, with one more reference: jax-js consumes every argument that it is given. */
export const take = (x: Tensor): JaxArray => (x as JaxArray).ref;
