export * from "./change-scheduler.js";
export * from "./conditional-path.js";
export * from "./convert.js";
export * from "./path-batch.js";
