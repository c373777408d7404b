export * from "./exact-flow.js";
export * from "./generate.js";
export * from "./integrator.js";
export * from "./likelihood.js";
export * from "./solve-error.js";
