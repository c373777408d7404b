export * from "./array/index.js";
export * from "./bytes/index.js";
export * from "./npy/index.js";
