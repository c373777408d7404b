export * from "./emit-tail.js";
export * from "./plan-tail.js";
export * from "./select-tail.js";
