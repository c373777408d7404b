export * from "./log-sum-exp.js";
export * from "./points.js";
export * from "./squared-row-distances.js";
