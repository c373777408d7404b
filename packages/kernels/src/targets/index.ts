export * from "./products.js";
export * from "./target-oracle.js";
export type * from "./target-plan.js";
export type { Targets, TargetWork } from "./targets.js";
