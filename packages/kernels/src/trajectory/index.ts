export type { Course, Leg, TrajectoryEngine } from "./course.js";
export type { DenseProducts } from "./dense-products.js";
export { type PlainEngineOptions, plainEngine } from "./plain-engine.js";
export { type ExactSamples, type SampleExactOptions, sampleExact } from "./sample-exact.js";
export { type WasmEngineOptions, wasmEngine } from "./wasm-engine.js";
