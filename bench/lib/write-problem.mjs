import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temporary folder that is removed when the process ends. */
export function temporaryFolder() {
  const dir = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130)); // which removes the folder
  return dir;
}

/**
 * Writes the arrays of a workload where every engine can read them.
 * @param {string} dir
 * @param {Record<string, Float32Array>} arrays
 */
export function writeArrays(dir, arrays) {
  mkdirSync(dir, { recursive: true });
  for (const [name, data] of Object.entries(arrays)) {
    writeFileSync(join(dir, `${name}.f32`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

/** @param {string} file */
export function readFloats(file) {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The doubles that an engine wrote. @param {string} file */
export function readDoubles(file) {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
