import { describe, expect, it } from "vitest";
import { createProgress } from "./progress.js";

function recorder(isTTY: boolean, env: Record<string, string> = {}, quiet = false) {
  const clock = { ms: 0 };
  const lines: string[] = [];
  const stderr = { write: (text: string) => lines.push(text), isTTY, columns: 100 };
  return { clock, lines, progress: createProgress({ stderr, env, now: () => clock.ms, quiet }) };
}

describe("createProgress", () => {
  it("prints at most one plain line every five seconds without a terminal, with rate and time left", () => {
    const { clock, lines, progress } = recorder(false);
    const task = progress.start("train", 1000, "steps");
    for (let step = 0; step <= 100; step++) {
      clock.ms = step * 100;
      task.update(step, "loss 1");
    }
    expect(lines).toEqual([
      "train  50/1,000 steps  5%  loss 1  10/s  1 min 35 s left\n",
      "train  100/1,000 steps  10%  loss 1  10/s  1 min 30 s left\n",
    ]);
    task.end();
    expect(lines.at(-1)).toBe("✓  train  10 s\n");
  });

  it("counts the rate of a resumed task from where it resumed", () => {
    const { clock, lines, progress } = recorder(false);
    const task = progress.start("train", 1000);
    task.update(900);
    clock.ms = 10_000;
    task.update(950);
    expect(lines).toEqual(["train  950/1,000  95%  5/s  10 s left\n"]);
  });

  it("draws a bar on a terminal, at most ten times a second, and leaves no bar behind", () => {
    const { clock, lines, progress } = recorder(true, { NO_COLOR: "1" });
    const task = progress.start("floor", 4);
    for (let step = 0; step <= 4; step++) {
      clock.ms = step * 50;
      task.update(step);
    }
    expect(lines.length).toBe(3);
    expect(lines[1]).toBe("\r\u001b[K██████████░░░░░░░░░░ floor  2/4  50%");
    progress.note("a note");
    expect(lines.slice(3)).toEqual(["\r\u001b[K", "a note\n", expect.stringContaining("floor  4/4")]);
    task.end("done");
    expect(lines.slice(-2)).toEqual(["\r\u001b[K", "✓  floor  0.2 s  done\n"]);
  });

  it("draws no bar in CI and on a dumb terminal", () => {
    for (const env of [{ CI: "true" }, { TERM: "dumb" }]) {
      const { lines, progress } = recorder(true, env);
      progress.start("x", 10).update(1);
      expect(lines).toEqual([]);
    }
  });

  it("keeps only warnings when quiet", () => {
    const { clock, lines, progress } = recorder(false, {}, true);
    const task = progress.start("x", 10);
    clock.ms = 60_000;
    task.update(5);
    task.end();
    progress.note("n");
    progress.warn("w");
    expect(lines).toEqual(["warning: w\n"]);
  });
});
