export type * from "./engine.js";
export * from "./jax-engine.js";
export type * from "./ops.js";
export * from "./tensor.js";
