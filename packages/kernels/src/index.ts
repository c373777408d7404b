export * from "./bind/index.js";
export * from "./choose/index.js";
