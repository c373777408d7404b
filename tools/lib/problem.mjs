import { realpathSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { root } from "./paths.mjs";

/**
 * Something a check found: where, and a sentence that says what is and what should be.
 * @typedef {{ file: string, line?: number, message: string }} Problem
 */

/** `file:line: message`, which editors and terminals turn into a link. @param {Problem} problem */
export function formatProblem({ file, line, message }) {
  return line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`;
}

/** Whether this module is the program that Node was asked to run. @param {ImportMeta} meta */
export function isMain(meta) {
  return argv[1] !== undefined && realpathSync(argv[1]) === fileURLToPath(meta.url);
}

/**
 * Runs a check on this repository as a command: problems to stdout, exit code 1 when there are any.
 * @param {ImportMeta} meta
 * @param {(root: string) => Problem[] | Promise<Problem[]>} check
 */
export async function runAsCommand(meta, check) {
  if (!isMain(meta)) return;
  const problems = await check(root);
  for (const problem of problems) console.log(formatProblem(problem));
  console.log(problems.length === 0 ? "no problems" : `${problems.length} problem${problems.length === 1 ? "" : "s"}`);
  if (problems.length > 0) process.exitCode = 1;
}
