export * from "./cholesky.js";
export * from "./mat-vec.js";
export * from "./symmetric-eigen.js";
