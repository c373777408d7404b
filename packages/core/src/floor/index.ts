export * from "./floor.js";
export * from "./monte-carlo.js";
