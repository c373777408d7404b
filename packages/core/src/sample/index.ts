export { type CaptureGaps, type CaptureProof, proofFromGaps } from "./capture.js";
export * from "./exact-flow.js";
export * from "./generate.js";
export * from "./influence.js";
export * from "./integrator.js";
export * from "./likelihood.js";
export { captureGaps, proveCapture, verifyCapture } from "./prove-capture.js";
export * from "./solve-error.js";
