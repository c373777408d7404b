export * from "./cluster-rows.js";
export { type MergedScan, mergedChunkError } from "./merged-error.js";
export * from "./scan-chunk.js";
export * from "./store-backend.js";
