export * from "./append-log.js";
export * from "./directory.js";
export * from "./file-error.js";
export * from "./file-system.js";
export * from "./read-file.js";
export * from "./sha256.js";
export * from "./write-atomic.js";
