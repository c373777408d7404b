export type * from "./data-set.js";
export * from "./describe-data.js";
export * from "./digits-file.js";
export * from "./load-data.js";
export * from "./path-of.js";
