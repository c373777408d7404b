export * from "./bound-atoms.js";
