import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contentsOf, emptyFolder, fluxion, TINY } from "./harness.js";

const SPEC = TINY.replace(
  "steps: 12",
  "engine: jax, steps: 12, time: { law: logit-normal, draw: stratified }, weighting: min-snr, optimizer: { kind: sgd, nesterov: true }, tensorboard: true",
);
const EVENTS = "events.out.tfevents.0.fluxion";

let cwd: string;
let whole: Record<string, string>;
const train = (out: string, args: readonly string[] = []) => fluxion(cwd, ["train", "spec.yaml", "--out", out, ...args]);
const metricsOf = (out: string): Record<string, unknown>[] =>
  readFileSync(join(cwd, out, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  cwd = emptyFolder();
  writeFileSync(join(cwd, "spec.yaml"), SPEC);
  expect((await train("whole")).stderr).not.toContain("error");
  whole = contentsOf(join(cwd, "whole"));
});

describe("a training with times, weights and an optimizer of its own", () => {
  it("resumes to the same bytes, event file included", async () => {
    await train("again");
    const folder = join(cwd, "again");
    for (const name of ["model.safetensors", "checkpoints/step-000012.json", "checkpoints/step-000012.safetensors"]) {
      rmSync(join(folder, name));
    }
    expect((await train("again", ["--resume"])).code).toBe(0);
    expect(contentsOf(folder)).toEqual(whole);
    expect(Object.keys(whole)).toContain(EVENTS);
  });

  it("says over which law its loss is, with a floor of the same law, beside the loss of uniform times", () => {
    const measured = metricsOf("whole").filter(({ kind }) => kind === "evaluation");
    for (const { objective, loss, floor } of measured) {
      expect(objective).toMatchObject({ over: "t ~ logit-normal(0, 1), weight min-snr(5) of the velocity" });
      const own = objective as Record<"loss" | "floor", { mean: number }>;
      expect(own.floor.mean).not.toBe((floor as { mean: number }).mean);
      expect(own.loss.mean).not.toBe((loss as { mean: number }).mean);
    }
    expect(measured.length).toBeGreaterThan(1);
  });

  it("is another training than one with another of them, and refuses what is none before it writes", async () => {
    for (const change of ["train.optimizer=lion", "train.time=uniform", "train.weighting=snr"]) {
      const { code, stderr } = await train("whole", ["--resume", "--set", change]);
      expect([change, code]).toEqual([change, 2]);
      expect(stderr).toContain(change.slice(6, change.indexOf("=")));
    }
    for (const [change, sentence] of [
      ["train.optimizer=lions", "expected one of adamw, adam, sgd, lion"],
      ["train.optimizer.nestrov=true", '"nesterov", or another of'],
      ["train.time={ law: logit-normal, importance: true }", "expected a law with uniformShare > 0"],
      ["train.weighting={ kind: min-snr, gama: 2 }", '"gamma", or another of'],
    ]) {
      const { code, stderr } = await train("none", ["--set", String(change)]);
      expect([change, code, stderr]).toEqual([change, 2, expect.stringContaining(String(sentence))]);
    }
  });
});
