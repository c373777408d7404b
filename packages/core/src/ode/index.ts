export * from "./tableau.js";
export type * from "./vector-field.js";
export * from "./vector-space.js";
