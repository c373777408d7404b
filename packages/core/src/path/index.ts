export * from "./change-scheduler.js";
export * from "./conditional-path.js";
export * from "./convert.js";
export * from "./flow-matcher.js";
export * from "./interpolant.js";
export * from "./pair-curve.js";
export * from "./pair-noise.js";
export * from "./path-batch.js";
