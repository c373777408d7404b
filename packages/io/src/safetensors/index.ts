export * from "./read-safetensors.js";
export * from "./write-safetensors.js";
