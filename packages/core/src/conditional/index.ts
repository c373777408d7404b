export * from "./guided-field.js";
export * from "./member-posterior.js";
export * from "./members.js";
