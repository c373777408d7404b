export type { Check } from "./check.js";
export * from "./derivation.js";
export { featureNetworkGradient, type LossGradient } from "./losses.js";
export * from "./verify.js";
export * from "./verify-tokens.js";
