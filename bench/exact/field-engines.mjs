import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineProcess } from "../lib/line-process.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const OURS = ["native", "wasm", "reference"];

/** @typedef {import("../lib/line-process.mjs").LineProcess} LineProcess */
/** @typedef {{ threads: string, python: string }} EngineOptions */

/** An engine that evaluates fields, as a process. @param {string} name @param {EngineOptions} options @returns {LineProcess} */
export function startEngine(name, { threads, python }) {
  if (OURS.includes(name)) return lineProcess(name, process.execPath, [join(here, "engine.mjs"), name, threads]);
  const env = { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  return lineProcess(name, python, [join(here, "..", "peers", "engine.py"), name, threads], env);
}

/** The engines that start, and what they say of themselves; those that do not are left out, loudly. @param {readonly string[]} names @param {EngineOptions} options */
export async function startEngines(names, options) {
  /** @type {Record<string, LineProcess>} */
  const engines = {};
  /** @type {Record<string, unknown>} */
  const about = {};
  for (const name of names) {
    const engine = startEngine(name, options);
    try {
      about[name] = await engine.ask({ cmd: "about" });
      engines[name] = engine;
    } catch (error) {
      console.log(`left out: ${error instanceof Error ? error.message.split("\n").slice(-1)[0] : error}`);
    }
  }
  return { engines, about };
}
