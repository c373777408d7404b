import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rngOf, uniform } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { contentsOf, emptyFolder, TINY } from "./harness.js";

const bin = fileURLToPath(new URL("../../packages/cli/bin/fluxion.mjs", import.meta.url));
const built = existsSync(fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url)));

/** Long enough that a kill lands in a step, a measurement, a checkpoint or the model. */
const SPEC = TINY.replace("steps: 12", "engine: jax, steps: 200, keepLast: 2")
  .replace("evaluateEvery: 4", "evaluateEvery: 40")
  .replace("checkpointEvery: 5", "checkpointEvery: 3");

const KILLS = process.env.FLUXION_TEST_ALL === "1" ? 20 : 3;

/** Runs the real command; with `after`, kills it so many milliseconds after its folder appeared. */
function command(
  cwd: string,
  args: readonly string[],
  after?: number,
): Promise<{ code: number | null; killed: boolean; ms: number }> {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: "ignore" });
  let [begun, killed] = [0, false];
  const look = setInterval(() => {
    if (begun === 0 && existsSync(join(cwd, "run"))) begun = performance.now();
    if (begun === 0 || after === undefined || performance.now() - begun < after) return;
    killed = child.kill("SIGKILL") || killed;
  }, 1);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearInterval(look);
      resolve({ code, killed: killed && code === null, ms: performance.now() - begun });
    });
  });
}

/** Everything under the names of checkpoints is whole, or has no JSON that would make it one. */
function wholeCheckpoints(folder: string): number {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const finished = names.filter((name) => /^step-\d+\.json$/.test(name));
  for (const name of finished) {
    expect(() => JSON.parse(readFileSync(join(folder, name), "utf8"))).not.toThrow();
    expect(names).toContain(name.replace(".json", ".safetensors"));
  }
  return finished.length;
}

describe("kill -9", () => {
  it(`at ${KILLS} random moments loses no checkpoint, and --resume ends in the bytes of a training that was never killed`, async (context) => {
    if (!built) context.skip("packages/cli/dist is not built");
    const whole = emptyFolder();
    writeFileSync(join(whole, "spec.yaml"), SPEC);
    const { code, ms } = await command(whole, ["train", "spec.yaml", "--out", "run"]);
    expect(code).toBe(0);
    const expected = contentsOf(join(whole, "run"));

    const cwd = emptyFolder();
    writeFileSync(join(cwd, "spec.yaml"), SPEC);
    const moments = uniform(rngOf(9), new Float64Array(KILLS));
    let kills = 0;
    let most = 0;
    // Each moment is drawn over the time that the whole training took; where the training is faster it ends, and begins anew.
    for (let i = 0; i < KILLS; i++) {
      const resume = existsSync(join(cwd, "run")) ? ["--resume"] : [];
      const { killed } = await command(cwd, ["train", "spec.yaml", "--out", "run", ...resume], Number(moments[i]) * ms);
      if (killed) kills++;
      else {
        expect(contentsOf(join(cwd, "run"))).toEqual(expected); // it was done before the kill: begin anew
        rmSync(join(cwd, "run"), { recursive: true });
        most = 0;
      }
      const checkpoints = wholeCheckpoints(join(cwd, "run", "checkpoints"));
      // The newest and the best, the two last, and one whose removal the kill came before.
      if (most > 0) expect(checkpoints).toBeGreaterThan(0);
      most = Math.max(most, checkpoints);
      expect(checkpoints).toBeLessThanOrEqual(4);
    }
    expect(kills).toBeGreaterThan(0);
    const resume = existsSync(join(cwd, "run")) ? ["--resume"] : [];
    expect((await command(cwd, ["train", "spec.yaml", "--out", "run", ...resume])).code).toBe(0);
    expect(contentsOf(join(cwd, "run"))).toEqual(expected);
  }, 240_000);
});
