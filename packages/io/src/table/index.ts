export { readArrays } from "./read-arrays.js";
export * from "./read-table.js";
export * from "./table-of.js";
