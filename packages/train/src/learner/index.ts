export { type BaseField, withBase } from "./base-field.js";
export * from "./diagnose.js";
export * from "./evaluate.js";
export * from "./learner.js";
export * from "./learner-state.js";
export * from "./network-field.js";
export * from "./train.js";
export * from "./training-error.js";
export { LEARNER_ARRAYS, type LearnerArray } from "./training-step.js";
