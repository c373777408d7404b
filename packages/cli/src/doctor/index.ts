export * from "./examine-machine.js";
export type * from "./finding.js";
export * from "./measure-backends.js";
