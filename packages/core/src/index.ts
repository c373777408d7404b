export * from "./points/index.js";
export * from "./random/index.js";
