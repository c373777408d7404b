export * from "./assignment.js";
export * from "./squared-distances.js";
