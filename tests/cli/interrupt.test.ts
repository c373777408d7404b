import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { contentsOf, emptyFolder, fluxion, jsonOf, TINY } from "./harness.js";

const bin = fileURLToPath(new URL("../../packages/cli/bin/fluxion.mjs", import.meta.url));
const built = existsSync(fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url)));
const LONG = TINY.replace("steps: 12", "steps: 1000000").replace("evaluateEvery: 4", "evaluateEvery: 100000");

/** Starts the real command. */
function start(cwd: string, args: readonly string[]): { child: ChildProcess; output: { out: string; err: string } } {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", err: "" };
  child.stdout?.on("data", (bytes) => {
    output.out += bytes;
  });
  child.stderr?.on("data", (bytes) => {
    output.err += bytes;
  });
  return { child, output };
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on("close", (code) => resolve(code)));

/** Waits until the training has written so much of its log that it is under way. */
async function underWay(log: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (existsSync(log) && (await import("node:fs")).statSync(log).size > 2000) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the training did not begin within 30 seconds");
}

describe("the real command", () => {
  it("prints one JSON object, and 2 for a mistake", async (context) => {
    if (!built) context.skip("packages/cli/dist is not built");
    const good = start(emptyFolder(), ["data", "moons:20", "--json"]);
    expect(await ended(good.child)).toBe(0);
    expect(jsonOf({ stdout: good.output.out })).toMatchObject({ points: 20, dim: 2 });
    const bad = start(emptyFolder(), ["data", "moon:20"]);
    expect(await ended(bad.child)).toBe(2);
    expect(bad.output).toEqual({ out: "", err: expect.stringMatching(/^error: Cannot load data "moon:20"[^\n]*\n$/) });
  });

  it("on Ctrl-C finishes the step, writes a checkpoint, says how to continue and exits with 130", async (context) => {
    if (!built) context.skip("packages/cli/dist is not built");
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "long.yaml"), LONG);
    const { child, output } = start(cwd, ["train", "long.yaml", "--out", "run"]);
    await underWay(join(cwd, "run", "metrics.jsonl"));
    child.kill("SIGINT");
    expect(await ended(child)).toBe(130);
    expect(output.out).toMatch(
      /^Stopped after step [\d,]+ of 1,000,000, with a checkpoint\. To continue .*: fluxion train long\.yaml --out run --resume\n$/,
    );
    const steps = Number(/after step ([\d,]+)/.exec(output.out)?.[1]?.replaceAll(",", ""));
    const name = `step-${String(steps).padStart(6, "0")}`;
    expect(readdirSync(join(cwd, "run", "checkpoints"))).toEqual(expect.arrayContaining([`${name}.json`, `${name}.safetensors`]));

    const again = start(cwd, ["train", "long.yaml", "--out", "run", "--resume"]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const resumed = underWay(join(cwd, "run", "metrics.jsonl"));
    await resumed;
    while (!again.output.err.includes("Resuming from step")) await new Promise((resolve) => setTimeout(resolve, 20));
    again.child.kill("SIGINT");
    expect(await ended(again.child)).toBe(130);
    expect(again.output.err).toContain(`Resuming from step ${steps.toLocaleString("en-US")}\n`);
  });
});

describe("resuming", () => {
  it.each([1, 3, 5, 7, 10, 11])(
    "after an interrupt in step %i ends in the bytes of a training that never stopped",
    async (stop) => {
      const cwd = emptyFolder();
      writeFileSync(join(cwd, "tiny.yaml"), TINY);
      expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "whole"])).code).toBe(0);

      const controller = new AbortController();
      const { files, reached } = await counting(() => controller.abort(), stop);
      const options = { signal: controller.signal, files };
      const stopped = await fluxion(cwd, ["train", "tiny.yaml", "--out", "parts", "--json"], options);
      expect(reached()).toBe(true);
      expect(stopped.code).toBe(130);
      expect(jsonOf(stopped)).toMatchObject({
        status: "interrupted",
        steps: stop,
        resume: "fluxion train tiny.yaml --out parts --resume",
      });
      expect(contentsOf(join(cwd, "parts"))).not.toEqual(contentsOf(join(cwd, "whole")));

      expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "parts", "--resume"])).code).toBe(0);
      expect(contentsOf(join(cwd, "parts"))).toEqual(contentsOf(join(cwd, "whole")));
    },
  );

  it("from a whole training changes nothing", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "tiny.yaml"), TINY);
    await fluxion(cwd, ["train", "tiny.yaml", "--out", "whole"]);
    const before = contentsOf(join(cwd, "whole"));
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "whole", "--resume"])).code).toBe(0);
    expect(contentsOf(join(cwd, "whole"))).toEqual(before);
  });
});

/** Files that call `then` once the given step has been written to the log. */
async function counting(then: () => void, stop: number) {
  const { nodeFiles } = await import("../../packages/cli/src/files/index.js");
  let done = false;
  const files = {
    ...nodeFiles,
    write(fd: number, bytes: Uint8Array, offset: number, length: number): number {
      if (new TextDecoder().decode(bytes).startsWith(`{"kind":"step","step":${stop},`)) {
        done = true;
        then();
      }
      return nodeFiles.write(fd, bytes, offset, length);
    },
  };
  return { files, reached: () => done };
}
