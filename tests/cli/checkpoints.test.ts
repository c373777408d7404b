import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type FileSystem, nodeFiles } from "../../packages/cli/src/files/index.js";
import { contentsOf, emptyFolder, fluxion, TINY } from "./harness.js";

/** The spec of the other tests on the engine that rounds alike everywhere; checkpoints after steps 5, 10 and 12. */
const SPEC = TINY.replace("steps: 12", "engine: jax, steps: 12");

let whole: Record<string, string>;
let cwd: string;
const train = (out: string, args: readonly string[] = [], files: FileSystem = nodeFiles) =>
  fluxion(cwd, ["train", "spec.yaml", "--out", out, ...args], { files });

beforeAll(async () => {
  cwd = emptyFolder();
  writeFileSync(join(cwd, "spec.yaml"), SPEC);
  expect((await train("whole")).code).toBe(0);
  whole = contentsOf(join(cwd, "whole"));
});

describe("a checkpoint that was cut short", () => {
  for (const extension of ["safetensors", "json"]) {
    it(`in its ${extension} is refused with the way out, and the one before it ends in the same bytes`, async () => {
      await train(extension);
      const folder = join(cwd, extension, "checkpoints");
      const file = join(folder, `step-000012.${extension}`);
      const bytes = readFileSync(file);
      for (const length of [0, 1, 9, bytes.length >> 1, bytes.length - 2]) {
        writeFileSync(file, bytes.subarray(0, length));
        const { code, stderr } = await train(extension, ["--resume"]);
        expect(code).toBe(2);
        expect(stderr).toContain(`error: Cannot resume from "${file}": `);
        expect(stderr).toContain("remove step-000012.* to resume from step 10\n");
        expect(readdirSync(folder)).toContain(`step-000012.${extension}`);
      }
      for (const name of readdirSync(folder)) if (name.startsWith("step-000012.")) rmSync(join(folder, name));
      expect((await train(extension, ["--resume"])).code).toBe(0);
      expect(contentsOf(join(cwd, extension))).toEqual(whole);
    });
  }
});

describe("a folder that turns read-only", () => {
  it("ends the training with a sentence, and what was written resumes to the same bytes", async () => {
    // Opening for reading goes on, as on a file system that the kernel remounts after an error.
    const turning = (opens: number): FileSystem => {
      let left = opens;
      return {
        ...nodeFiles,
        open(path, flags) {
          if (flags !== "r" && left-- <= 0) throw Object.assign(new Error("read-only"), { code: "EROFS" });
          return nodeFiles.open(path, flags);
        },
      };
    };
    for (const opens of [3, 5, 7]) {
      const { code, stderr } = await train(`ro-${opens}`, [], turning(opens));
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /error: Cannot write "[^"]*": the file system is read-only; expected a path that you may write to\n$/,
      );
      expect((await train(`ro-${opens}`, ["--resume"])).code).toBe(0);
      expect(contentsOf(join(cwd, `ro-${opens}`))).toEqual(whole);
    }
  });
});

describe("train.keepLast", () => {
  it("keeps the last checkpoints and the best, and nothing else changes", async () => {
    expect((await train("kept", ["--set", "train.keepLast=1"])).code).toBe(0);
    const losses = new Map<number, number>();
    const lines = readFileSync(join(cwd, "kept", "metrics.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    for (const line of lines) {
      const entry = JSON.parse(line) as { kind: string; step: number; loss: { mean: number } };
      if (entry.kind === "evaluation") losses.set(entry.step, entry.loss.mean);
    }
    // Measured after 4, 8 and 12 steps, so that the checkpoints of 5, 10 and 12 have those losses.
    const of = [
      [5, losses.get(4)],
      [10, losses.get(8)],
      [12, losses.get(12)],
    ].map(([step = 0, loss = Number.NaN]) => ({ step, loss }));
    const best = of.reduce((p, q) => (q.loss < p.loss ? q : p)).step;
    const expected = [...new Set([best, 12])].map((step) => `step-${String(step).padStart(6, "0")}`);
    expect(readdirSync(join(cwd, "kept", "checkpoints")).sort()).toEqual(
      expected.sort().flatMap((name) => [`${name}.json`, `${name}.safetensors`]),
    );
    expect(contentsOf(join(cwd, "kept"))["model.safetensors"]).toBe(whole["model.safetensors"]);
  });
});

describe("what a killed process leaves", () => {
  it("is cleared away by --resume: an empty folder, temporary files and parts of checkpoints", async () => {
    nodeFiles.makeDirectory(join(cwd, "bare"));
    writeFileSync(join(cwd, "bare", ".spec.yaml.123.tmp"), "na");
    expect((await train("bare", ["--resume"])).code).toBe(0);
    expect(contentsOf(join(cwd, "bare"))).toEqual(whole);
    writeFileSync(join(cwd, "bare", "checkpoints", ".step-000012.json.77.tmp"), "{");
    writeFileSync(join(cwd, "bare", "checkpoints", "step-000007.safetensors"), "half");
    expect((await train("bare", ["--resume"])).code).toBe(0);
    expect(contentsOf(join(cwd, "bare"))).toEqual(whole);
    nodeFiles.makeDirectory(join(cwd, "other"));
    writeFileSync(join(cwd, "other", "notes.txt"), "mine");
    expect((await train("other", ["--resume"])).stderr).toMatch(/expected a run directory, or no --resume/);
  });
});
