export * from "./block-index.js";
export * from "./coding.js";
export type * from "./data-store.js";
export * from "./manifest.js";
export * from "./memory-store.js";
export { filesOf, readManifest } from "./read-manifest.js";
export * from "./read-rows.js";
export * from "./store-writer.js";
export * from "./write-manifest.js";
