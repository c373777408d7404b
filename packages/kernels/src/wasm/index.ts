export * from "./arena.js";
export * from "./pool.js";
export * from "./row-matrix.js";
export * from "./row-products.js";
export { type SpawnWorker, spawnWorker, type WorkerAnswer, type WorkerHandle, type WorkerListener } from "./spawn-worker.js";
export * from "./wasm-backend.js";
export * from "./worker-lost-error.js";
