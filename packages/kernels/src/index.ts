export * from "./bind/index.js";
