/**
 * WebAssembly on all threads of the machine, in Node and in browsers.
 *
 * `wasmBackend(atoms)` is the scan backend. What it is made of can be used alone: `wasmPool` starts threads on one memory;
 * `pool.arena` allocates there; `rowMatrix`, `fillRows`, `readRow` put rows of numbers into it and get them out;
 *
 *     multiplyRows(pool, a, z, out)            out[B, N] = a[B, K] zᵀ[K, N], floats, sums in double precision
 *     softmaxOf(pool, logits, weights, …)      weights[B, N] = exp(logits − max) of every row, and its sums
 *     addWeightedRows(pool, weights, z, out)   out[B, K] += weights[B, N] z[N, K], atoms without weight skipped
 *     pool.run(kernel, calls, workspace)       any kernel of `packages/kernels/assembly`, calls spread over the threads
 *
 * Runs of one pool are queued: what is asked for later sees what was written earlier.
 */
export * from "./arena.js";
export * from "./pool.js";
export * from "./row-matrix.js";
export * from "./row-products.js";
export { type SpawnWorker, spawnWorker, type WorkerAnswer, type WorkerHandle, type WorkerListener } from "./spawn-worker.js";
export * from "./wasm-backend.js";
export * from "./worker-lost-error.js";
