export * from "./dtype.js";
export * from "./elements.js";
export * from "./from-fortran.js";
export * from "./half.js";
export * from "./nd-array.js";
export * from "./to-float64.js";
