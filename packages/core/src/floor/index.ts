export * from "./estimate.js";
export * from "./floor.js";
export * from "./monte-carlo.js";
