export { SELU_ALPHA, SELU_SCALE } from "./elementwise-rules.js";
export * from "./node.js";
export { type RowKind, rowKind } from "./row-kind.js";
export { sameShape } from "./shapes.js";
export * from "./split-rows.js";
export * from "./trace.js";
