export type * from "./engine.js";
export { hostOps } from "./host-ops.js";
export { type HostTensor, hostTensor } from "./host-tensor.js";
export * from "./jax-engine.js";
export * from "./onnx/index.js";
export type * from "./ops.js";
export * from "./tensor.js";
