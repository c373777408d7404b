export { isPng } from "./chunks.js";
export * from "./image-grid.js";
export * from "./read-png.js";
export * from "./write-png.js";
