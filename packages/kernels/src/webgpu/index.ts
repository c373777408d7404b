export { type WebgpuOptions, webgpuBackend } from "./webgpu-backend.js";
