export * from "./cluster-rows.js";
export { mergedChunkError } from "./merged-error.js";
export * from "./scan-chunk.js";
export * from "./store-backend.js";
