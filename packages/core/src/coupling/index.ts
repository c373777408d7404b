export * from "./assignment.js";
export * from "./partial-assignment.js";
export * from "./sinkhorn.js";
export type { SinkhornOptions } from "./sinkhorn-options.js";
export * from "./squared-distances.js";
export * from "./transport-plan.js";
