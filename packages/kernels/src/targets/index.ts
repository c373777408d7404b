export * from "./efm-targets.js";
export * from "./products.js";
export * from "./target-oracle.js";
export type * from "./target-plan.js";
export type * from "./targets.js";
export * from "./wasm-products.js";
