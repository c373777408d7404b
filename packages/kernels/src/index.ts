export * from "./bind/index.js";
export * from "./choose/index.js";
export * from "./store/index.js";
export * from "./targets/index.js";
export * from "./trajectory/index.js";
export * from "./tree/index.js";
export * from "./wasm/index.js";
export * from "./webgpu/index.js";
