export * from "./drop-labels.js";
export * from "./squared-error.js";
export * from "./training-batch.js";
