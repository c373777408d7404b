export * from "./array/index.js";
export { digest, gunzip, gzip, isGzip } from "./bytes/index.js";
export * from "./csv/index.js";
export * from "./npy/index.js";
