export * from "./atom-posterior.js";
export type * from "./certificate.js";
export * from "./marginal-field.js";
export * from "./marginal-path.js";
export type * from "./posterior.js";
export { type Quantity, quantities } from "./quantity.js";
export type { WeightedAtoms } from "./scan.js";
