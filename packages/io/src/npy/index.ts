export { isNpy } from "./header.js";
export * from "./npy-rows.js";
export { readNpy } from "./read-npy.js";
export * from "./read-npz.js";
export * from "./write-npy.js";
export * from "./write-npz.js";
