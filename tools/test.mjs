import { argv, exit } from "node:process";
import { stopCodes } from "./lib/child.mjs";
import { root } from "./lib/paths.mjs";
import { summary } from "./lib/summary.mjs";
import { ready } from "./ready.mjs";

// npm test: types, tests and static checks, one count for all, told by the last line. `--all` runs slow suites in full;
// other arguments go to Vitest (a part of a path, -t a part of a name) and leave the static checks out.
const all = argv.includes("--all");
const args = argv.slice(2).filter((arg) => arg !== "--all");

const { installed, typed, code } = await ready();
if (!installed) exit(code);
const { runVitest } = await import("./lib/vitest.mjs");
const tests = await runVitest({ all, args });
if (stopCodes.includes(tests.code)) exit(tests.code); // asked to stop: there is nothing to count

let passed = tests.passed;
const failed = [...tests.failed];
/** @param {string} name @param {readonly string[]} problems */
function count(name, problems) {
  for (const problem of problems) console.log(problem);
  console.log(`check ${name}: ${problems.length === 0 ? "passed" : "failed"}`);
  if (problems.length === 0) passed++;
  else failed.push(`check ${name}`);
}

if (args.length === 0) {
  const [{ checks }, { formatProblem }] = await Promise.all([import("./lib/checks.mjs"), import("./lib/problem.mjs")]);
  count("types", typed ? [] : ["the compiler found errors, above"]);
  for (const { name, check } of checks) {
    try {
      count(name, (await check(root)).map(formatProblem));
    } catch (error) {
      count(name, [`the check itself broke: ${error instanceof Error ? error.stack : error}`]);
    }
  }
}
for (const line of summary(passed, failed, tests.skipped)) console.log(line);
process.exitCode = failed.length === 0 ? 0 : 1;
