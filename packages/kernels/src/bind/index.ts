export * from "./bind-floats.js";
export * from "./bound-atoms.js";
export type { CentredRows } from "./centre-rows.js";
