export { FREE_ROWS, type FreeRowsModel, freeRowsModel } from "./free-rows-model.js";
export * from "./onnx-engine.js";
export { loadRuntime, type Runtime, type RuntimeTensor } from "./runtime.js";
