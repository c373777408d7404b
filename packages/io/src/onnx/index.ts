export type { Attribute } from "./attribute.js";
export type { Dimension, OnnxDtype, OnnxTensor } from "./element-type.js";
export type { OnnxGraph, OpOptions, Value } from "./graph.js";
export * from "./write-onnx.js";
