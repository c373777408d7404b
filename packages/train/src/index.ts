export * from "./engine/index.js";
export * from "./export/index.js";
export * from "./learner/index.js";
export * from "./network/index.js";
export * from "./objective/index.js";
export * from "./optimizer/index.js";
