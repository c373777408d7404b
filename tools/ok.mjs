import { join } from "node:path";
import { execPath, exit } from "node:process";
import { runCaptured } from "./lib/child.mjs";
import { root } from "./lib/paths.mjs";
import { ready } from "./ready.mjs";

// npm run ok: everything that must hold before a change is proposed, one line each; what fails tells its problems.
const { installed, code } = await ready({ projects: [] });
if (!installed) exit(code);
const [{ checks }, { formatProblem }] = await Promise.all([import("./lib/checks.mjs"), import("./lib/problem.mjs")]);

/** @param {readonly string[]} args A program of node_modules with its arguments. @returns {Promise<string>} What it said, when it failed. */
async function program([path, ...args]) {
  const result = await runCaptured(execPath, [join(root, "node_modules", path), ...args], { cwd: root, timeout: 3_600_000 });
  return result.code === 0 ? "" : `${result.stdout}${result.stderr}`.trim() || `ended with code ${result.code}`;
}

/** @type {{ name: string, run: () => Promise<string> }[]} What each step says when it fails, "" otherwise. */
const steps = [
  { name: "types", run: () => program(["typescript/lib/tsc.js", "-b"]) },
  { name: "lint", run: () => program(["@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]) },
  ...checks.map(({ name, check }) => ({ name, run: async () => (await check(root)).map(formatProblem).join("\n") })),
  { name: "vitest", run: () => program(["vitest/vitest.mjs", "run"]) },
];

let failures = 0;
for (const { name, run } of steps) {
  const start = performance.now();
  const said = await run().catch((error) => String(error.stack));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${said === "" ? "ok    " : "FAILED"} ${name.padEnd(10)} ${seconds.padStart(6)} s`);
  if (said === "") continue;
  failures++;
  console.log(said.replace(/^/gm, "  "));
}
console.log(failures === 0 ? "all is well" : `${failures} of ${steps.length} failed`);
process.exitCode = failures === 0 ? 0 : 1;
