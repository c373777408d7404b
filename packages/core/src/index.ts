export * from "./field/index.js";
export * from "./linalg/index.js";
export * from "./ode/index.js";
export * from "./path/index.js";
export * from "./points/index.js";
export * from "./random/index.js";
export * from "./scheduler/index.js";
export * from "./floor/index.js";
