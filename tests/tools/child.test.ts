import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { runAttached, runCaptured } from "../../tools/lib/child.mjs";
import { plant } from "./fixture.js";

const node = process.execPath;
const library = JSON.stringify(new URL("../../tools/lib/child.mjs", import.meta.url).href);

test("a child's exit code comes back", async () => {
  expect(await runAttached(node, ["--eval", "process.exit(7)"])).toBe(7);
});

test("a child that a signal ends gives 128 plus its number", async () => {
  expect(await runAttached(node, ["--eval", 'process.kill(process.pid, "SIGTERM")'])).toBe(143);
});

test.each([
  ["that handles it decides the exit code", 'process.on("SIGINT", () => process.exit(5));', 5],
  ["that does not gives 130", "", 130],
])("an interrupt reaches the child, and one %s", async (_, handler, expected) => {
  const root = plant({
    "child.mjs": `${handler}\nconsole.log("up"); setInterval(() => {}, 1000);`,
    "parent.mjs": `import { runAttached } from ${library};\nprocess.exit(await runAttached(process.execPath, ["child.mjs"]));`,
  });
  const parent = spawn(node, ["parent.mjs"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(parent, "exit");
  await once(createInterface(parent.stdout), "line");
  parent.kill("SIGINT");
  expect(await ended).toEqual([expected, null]);
});

test("what a child writes is gathered, and a child that hangs is ended with code 124", async () => {
  expect(await runCaptured(node, ["--eval", 'console.log("out"); console.error("err"); process.exitCode = 3'])).toEqual({
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
  expect((await runCaptured(node, ["--eval", "setInterval(() => {}, 1000)"], { timeout: 200 })).code).toBe(124);
});

test("a program that does not exist is an error and no exit code", async () => {
  await expect(runAttached("fluxion-no-such-program", [])).rejects.toThrow("ENOENT");
});
