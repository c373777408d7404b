export { type Activation, type ActivationRule, activations } from "./activation.js";
export * from "./build-network.js";
export type * from "./network.js";
export { completeNetworkSpec, type MlpSpec, type NetworkSpec } from "./network-spec.js";
export * from "./parameters.js";
export type { TimeSpec } from "./time-features.js";
