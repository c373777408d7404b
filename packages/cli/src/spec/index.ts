export * from "./nearest.js";
export * from "./parse-spec.js";
export * from "./schema.js";
export * from "./source.js";
export type * from "./spec.js";
