export * from "./measure-floor.js";
export * from "./verify-path.js";
