export * from "./adamw.js";
export * from "./clip.js";
export * from "./ema.js";
export * from "./learning-rate.js";
export * from "./optimizer-spec.js";
