export type { LabelColumn } from "./columns.js";
export type { Delimiter } from "./delimiter.js";
export * from "./read-csv.js";
export * from "./write-csv.js";
