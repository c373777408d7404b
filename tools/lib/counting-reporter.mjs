import { writeFileSync } from "node:fs";

/**
 * What a run of the tests came to: names of tests that failed, and of tests that were skipped with the reason they gave.
 * @typedef {{ passed: number, failed: string[], skipped: { name: string, reason: string }[] }} Tally
 */

/**
 * A Vitest reporter that writes the tally of the run as JSON. A file or a group that cannot be collected, or whose hook
 * throws, counts as a failed test, as does every error outside of the tests.
 * @param {string} file
 * @returns {import("vitest/reporters").Reporter}
 */
export function countingReporter(file) {
  return {
    onTestRunEnd(modules, errors) {
      /** @type {Tally} */
      const tally = { passed: 0, failed: [], skipped: [] };
      for (const module of modules) countModule(module, tally);
      for (const error of errors) tally.failed.push(`an error outside of the tests: ${error.message}`);
      writeFileSync(file, JSON.stringify(tally));
    },
  };
}

/** @param {import("vitest/node").TestModule} module @param {Tally} tally */
function countModule(module, tally) {
  const path = module.relativeModuleId;
  if (module.errors().length > 0) tally.failed.push(path);
  for (const suite of module.children.allSuites()) {
    if (suite.errors().length > 0) tally.failed.push(`${path} > ${suite.fullName}`);
  }
  for (const test of module.children.allTests()) {
    const name = `${path} > ${test.fullName}`;
    const result = test.result();
    if (result.state === "passed") tally.passed++;
    else if (result.state === "skipped") tally.skipped.push({ name, reason: result.note ?? "no reason given" });
    else tally.failed.push(result.state === "failed" ? name : `${name} (it did not finish)`);
  }
}
