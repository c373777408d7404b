import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { withoutRuntime } from "../../conformance/engine.js";
import { type FileSystem, nodeFiles } from "../../packages/cli/src/files/index.js";
import { contentsOf, emptyFolder, fluxion, TINY } from "./harness.js";

let cwd: string;
beforeEach(() => {
  cwd = emptyFolder();
});

const write = (name: string, content: string): void => writeFileSync(join(cwd, name), content);

describe("numbers that overflow", () => {
  it("end a training with exit code 1, the step and the way out, and the last checkpoint stays whole", async () => {
    write("hot.yaml", TINY.replace("steps: 12", "steps: 12, learningRate: 1e30, warmup: 0"));
    const { code, stderr } = await fluxion(cwd, ["train", "hot.yaml", "--out", "run"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\nerror: Cannot [^\n]*; expected [^\n]*\n$/);
    expect(Object.keys(contentsOf(join(cwd, "run")))).not.toContain("model.safetensors");
  });

  it("end a solve that cannot keep its tolerance with exit code 1", async () => {
    const args = ["sample", "--data", "moons:20", "-n", "2", "--rtol", "1e-300", "--atol", "1e-300", "--out", "s.npy"];
    const { code, stderr } = await fluxion(cwd, args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Cannot finish the solve: [^\n]* after \d+ evaluations; expected to reach the end\n$/);
    expect(existsSync(join(cwd, "s.npy"))).toBe(false);
  });
});

describe("a disk that fills up", () => {
  /** Room for `room` bytes more. */
  const smallDisk = (room: number): FileSystem => {
    let left = room;
    return {
      ...nodeFiles,
      write(fd, bytes, offset, length) {
        if (left === 0) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
        const part = Math.min(left, length);
        left -= part;
        return nodeFiles.write(fd, bytes, offset, part);
      },
    };
  };

  it("leaves no half-written result, with exit code 1", async () => {
    const before = contentsOf(cwd);
    const args = ["data", "moons:200", "--out", "m.npy"];
    const { code, stderr } = await fluxion(cwd, args, { files: smallDisk(1000) });
    expect(code).toBe(1);
    expect(stderr).toBe(`error: Cannot write "${join(cwd, "m.npy")}": the disk is full; expected free space\n`);
    expect(contentsOf(cwd)).toEqual(before);
  });

  it("is a real one here: a file system of 64 kB takes the error from the kernel", async (context) => {
    const mount = join(cwd, "small");
    mkdirSync(mount);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", mount]);
    if (mounted.status !== 0) context.skip("this machine does not let the test mount a small file system");
    try {
      const { code, stderr } = await fluxion(cwd, ["data", "moons:5000", "--out", "small/m.npy"]);
      expect(code).toBe(1);
      expect(stderr).toBe(`error: Cannot write "${join(mount, "m.npy")}": the disk is full; expected free space\n`);
      expect(contentsOf(mount)).toEqual({});
    } finally {
      spawnSync("umount", [mount]);
    }
  });

  it("in the middle of a training leaves whole checkpoints that resume to the same bytes", async () => {
    write("tiny.yaml", TINY);
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "whole"])).code).toBe(0);
    const whole = contentsOf(join(cwd, "whole"));
    let interrupted = 0;
    const total = Object.values(whole).reduce((sum, base64) => sum + Buffer.from(base64, "base64").length, 0);
    for (const share of [0.01, 0.5, 0.7, 0.8, 0.9, 0.99]) {
      const room = Math.floor(share * total);
      const out = `run-${room}`;
      const { code, stderr } = await fluxion(cwd, ["train", "tiny.yaml", "--out", out], { files: smallDisk(room) });
      expect(code).toBe(1);
      expect(stderr).toMatch(/error: Cannot write "[^"]*": the disk is full; expected free space\n$/);
      expect(Object.keys(contentsOf(join(cwd, out))).filter((name) => name.includes(".tmp"))).toEqual([]);
      if (!Object.hasOwn(contentsOf(join(cwd, out)), "spec.yaml")) continue;
      interrupted++;
      expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", out, "--resume"])).code).toBe(0);
      expect(contentsOf(join(cwd, out))).toEqual(whole);
    }
    expect(interrupted).toBeGreaterThan(2);
  });

  it("resumes on the engine that the run began with, and says so otherwise", async (context) => {
    if (withoutRuntime !== undefined) context.skip(withoutRuntime);
    write("tiny.yaml", TINY);
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "jax", "--set", "train.engine=jax"])).code).toBe(0);
    const again = ["train", "tiny.yaml", "--out", "jax", "--resume", "--set"];
    const { code, stderr } = await fluxion(cwd, [...again, "train.engine=onnx", "--set", "train.threads=1"]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "error: Cannot resume the training: it ran on jax-js wasm and this is onnxruntime 1 thread; expected",
    );
    expect((await fluxion(cwd, [...again, "train.engine=jax"])).code).toBe(0);
  });
});
