export * from "./read-idx.js";
