export * from "./anisotropic-posterior.js";
export * from "./guided-field.js";
export * from "./masked-posterior.js";
export * from "./member-posterior.js";
export * from "./members.js";
export * from "./tempered-posterior.js";
