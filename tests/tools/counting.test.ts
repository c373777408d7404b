import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCaptured } from "../../tools/lib/child.mjs";
import type { Tally } from "../../tools/lib/counting-reporter.mjs";
import { summary } from "../../tools/lib/summary.mjs";
import { judge } from "../../tools/lib/vitest.mjs";
import { plant } from "./fixture.js";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What the reporter counts in a run of Vitest of its own on the given test files. */
async function tallyOf(files: Readonly<Record<string, string>>): Promise<Tally> {
  const root = plant({
    ...files,
    "vitest.config.mjs": `
      import { countingReporter } from ${JSON.stringify(at("tools/lib/counting-reporter.mjs"))};
      export default { test: { globals: true, reporters: [countingReporter("tally.json")] } };`,
  });
  await runCaptured(process.execPath, [at("node_modules/vitest/vitest.mjs"), "run", "--root", root], { cwd: root });
  return JSON.parse(readFileSync(join(root, "tally.json"), "utf8"));
}

test("every test is counted once, with the reason of a skip, and what is no test but fails counts too", async () => {
  const tally = await tallyOf({
    "a.test.js": `
      describe("group", () => {
        test("passes", () => {});
        test("fails", () => expect(1).toBe(2));
        test("waits", (ctx) => ctx.skip("no adapter"));
        test.skip("sleeps", () => {});
      });
      describe("hooked", () => {
        beforeAll(() => { throw new Error("hook"); });
        test("never runs", () => {});
      });`,
    "b.test.js": "throw new Error('not collected');",
    "c.test.js": "test('passes', () => { Promise.reject(new Error('loose')); });",
  });
  expect(tally.passed).toBe(2);
  expect([...tally.failed].sort()).toEqual([
    "a.test.js > group > fails",
    "a.test.js > hooked",
    "an error outside of the tests: loose",
    "b.test.js",
  ]);
  expect(tally.skipped).toEqual([
    { name: "a.test.js > group > waits", reason: "no adapter" },
    { name: "a.test.js > group > sleeps", reason: "no reason given" },
    { name: "a.test.js > hooked > never runs", reason: "no reason given" },
  ]);
});

test("a run that reports nothing, collects nothing or fails without a failed test is a failure", () => {
  expect(judge(undefined, 134).failed).toEqual(["vitest ended with code 134 before it reported"]);
  expect(judge({ passed: 0, failed: [], skipped: [] }, 0).failed).toEqual(["vitest found no tests"]);
  expect(judge({ passed: 3, failed: [], skipped: [] }, 1).failed).toEqual(["vitest ended with code 1"]);
  expect(judge({ passed: 3, failed: ["a"], skipped: [] }, 1).failed).toEqual(["a"]);
  expect(judge({ passed: 3, failed: [], skipped: [] }, 0)).toEqual({ passed: 3, failed: [], skipped: [] });
});

test("the summary ends with the counts", () => {
  expect(summary(3, ["a"], [{ name: "b", reason: "no adapter" }])).toEqual([
    "failed: a",
    "skipped: b — no adapter",
    "3 passed, 1 failed, 1 skipped",
  ]);
  expect(summary(0, [], []).at(-1)).toBe("0 passed, 0 failed, 0 skipped");
});
