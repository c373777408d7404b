import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contentsOf, emptyFolder, fluxion, jsonOf, TINY } from "./harness.js";

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

describe("fluxion eval", () => {
  it("measures gradient noise, captures and a held-out loss, and says what that is", async () => {
    const args = ["eval", "whole", "-n", "16", "--gradient-noise", "8", "--held-out", "moons:80"];
    const ran = await fluxion(cwd, [...args, "--json"]);
    expect(ran.code).toBe(0);
    const { gradientNoise, heldOut, captured, ratioQuartiles } = jsonOf(ran) as never as Record<
      string,
      Record<string, { readonly mean: number }>
    >;
    expect(gradientNoise).toMatchObject({ batches: 8, conditional: { mean: expect.any(Number) } });
    expect(Number(gradientNoise?.ofTargets?.mean)).toBeGreaterThan(0);
    expect(heldOut).toMatchObject({ points: 80, statement: expect.stringContaining("not what the network was trained for") });
    const shares = captured as never as { t: number; exact: number }[];
    expect(shares.map(({ t }) => t)).toEqual([0.1, 0.3, 0.5, 0.7, 0.9]);
    expect(shares.every(({ exact }, k) => k === 0 || exact >= Number(shares[k - 1]?.exact))).toBe(true); // captures are for good
    expect(ratioQuartiles?.network).toHaveLength(3);
    const text = await fluxion(cwd, args);
    expect(text.stdout).toContain("Gradient noise over 8 batches");
    expect(text.stdout).toContain("captured at t = 0.9");
  });

  it("refuses odd numbers of batches and data of another shape", async () => {
    expect((await fluxion(cwd, ["eval", "whole", "--gradient-noise", "5"])).stderr).toContain("expected an even number");
    const { code, stderr } = await fluxion(cwd, ["eval", "whole", "-n", "8", "--held-out", "digits"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("its points have 64 coordinates; expected 2")]);
  });
});
