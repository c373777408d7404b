export * from "./finite-rows.js";
export * from "./known-keys.js";
export * from "./located.js";
export * from "./nearest.js";
