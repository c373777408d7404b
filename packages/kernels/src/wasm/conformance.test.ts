import { afterAll } from "vitest";
import { scanBackendSuite } from "../../../../conformance/scan-backend-suite.js";
import { type WasmPool, wasmBackend, wasmPool } from "./index.js";

let pool: Promise<WasmPool> | undefined; // workers are started once for all problems
const shared = (): Promise<WasmPool> => {
  pool ??= wasmPool({ threads: 2 });
  return pool;
};
afterAll(async () => (await pool)?.close());

scanBackendSuite("wasm", async (atoms) => wasmBackend(atoms, { pool: await shared() }), { cases: 150, reaches: 1e-11 });
