export * from "./backend-field.js";
export * from "./open-backend.js";
export * from "./read-demand.js";
