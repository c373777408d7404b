export * from "./dot-product.js";
export * from "./entropy.js";
export * from "./node-form.js";
export * from "./perturbation.js";
export * from "./rest-share.js";
export * from "./rounding.js";
export * from "./truncation.js";
export * from "./velocity.js";
