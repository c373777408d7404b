import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a text, or a value as JSON, all at once: a run that is stopped leaves the results of the one before. @param {string} file @param {unknown} value */
export function writeResult(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, typeof value === "string" ? value : `${JSON.stringify(value, null, 1)}\n`);
  renameSync(`${file}.tmp`, file);
  console.log(`wrote ${file}`);
}
