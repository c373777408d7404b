export * from "./errors.js";
export * from "./run-cli.js";
export * from "./spec/index.js";
export type { CliIo, CliOptions, Output } from "./terminal/index.js";
