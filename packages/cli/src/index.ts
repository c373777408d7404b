export * from "./errors.js";
export { type FileSystem, nodeFiles } from "./files/index.js";
export * from "./run-cli.js";
export * from "./spec/index.js";
export { folderSink, openStore } from "./store/index.js";
export type { CliIo, CliOptions, Output } from "./terminal/index.js";
