export * from "./drop-labels.js";
export * from "./flow-map-batch.js";
export * from "./flow-map-target.js";
export * from "./squared-error.js";
export * from "./time-law.js";
export * from "./time-sampler.js";
export * from "./training-batch.js";
export * from "./weighting.js";
