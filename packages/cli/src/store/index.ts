export * from "./create-store.js";
export * from "./export-store.js";
export * from "./file-store.js";
export * from "./load-store.js";
export * from "./row-source.js";
export * from "./store-work.js";
export * from "./verify-store.js";
