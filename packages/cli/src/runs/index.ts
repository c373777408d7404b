export * from "./checkpoint.js";
export * from "./difference.js";
export * from "./metrics-log.js";
export * from "./run-directory.js";
