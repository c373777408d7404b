export * from "./log-sum-exp.js";
export * from "./points.js";
