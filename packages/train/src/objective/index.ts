export * from "./squared-error.js";
export * from "./training-batch.js";
