export type * from "./cli-io.js";
export * as format from "./format.js";
export * from "./json-text.js";
export * from "./paint.js";
export * from "./table.js";
