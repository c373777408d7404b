import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, execPath, stdout } from "node:process";
import { runAttached } from "./child.mjs";
import { root } from "./paths.mjs";

/** @typedef {import("./counting-reporter.mjs").Tally} Tally */

/**
 * Runs the tests with the progress on the terminal and answers their tally. A run that collects no test, ends before it
 * reports, or ends with an error that is no test's counts as one failure more.
 * @param {{ all: boolean, args: readonly string[] }} options `all` runs slow suites in full; `args` go to Vitest.
 * @returns {Promise<Tally & { code: number }>} `code` is 0 when everything passed, above 128 after a signal.
 */
export async function runVitest({ all, args }) {
  const folder = mkdtempSync(join(tmpdir(), "fluxion-test-"));
  try {
    const file = join(folder, "tally.json");
    const program = join(root, "node_modules", "vitest", "vitest.mjs");
    const plain = stdout.isTTY || env.FORCE_COLOR ? {} : { NO_COLOR: "1" }; // CI=true alone would colour a log file
    const code = await runAttached(execPath, [program, "run", ...args], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...env, ...plain, CI: "true", FLUXION_TEST_TALLY: file, FLUXION_TEST_ALL: all ? "1" : "" },
    });
    return { ...judge(tallyOf(file), code), code };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file @returns {Tally | undefined} */
function tallyOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * The tally, with a failure added for what is no test's: nothing was reported, nothing was collected, or Vitest failed
 * though no test did.
 * @param {Tally | undefined} tally
 * @param {number} code Vitest's exit code.
 * @returns {Tally}
 */
export function judge(tally, code) {
  const { passed, failed, skipped } = tally ?? { passed: 0, failed: [], skipped: [] };
  /** @param {string} why */
  const because = (why) => ({ passed, failed: [...failed, why], skipped });
  if (tally === undefined) return because(`vitest ended with code ${code} before it reported`);
  if (passed + failed.length + skipped.length === 0) return because("vitest found no tests");
  if (code !== 0 && failed.length === 0) return because(`vitest ended with code ${code}`);
  return { passed, failed, skipped };
}
