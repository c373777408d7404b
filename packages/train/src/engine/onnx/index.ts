export * from "./onnx-engine.js";
