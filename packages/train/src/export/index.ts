export * from "./check-model.js";
export * from "./network-model.js";
export * from "./torch-module.js";
export * from "./weight-names.js";
