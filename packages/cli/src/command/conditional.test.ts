import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNpy, toFloat64 } from "@fluxion/io";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";

/** A U-Net so small that a step takes milliseconds, on the digits with their ten classes. */
const SPEC = `
data: digits
floor: { samples: 4 }
network: { kind: unet, channels: 4, multipliers: [1, 2], groups: 2, classes: 10 }
train: { steps: 4, batch: 4, evaluationBatch: 8, evaluateEvery: 2, checkpointEvery: 2 }
`;

describe("a network with classes", () => {
  it("trains as a U-Net on digits, resumes to the same bytes, and draws points of a class, guided or not", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "s.yaml"), SPEC);
    const trained = await fluxion(cwd, ["train", "s.yaml", "--out", "a", "--json"]);
    expect(trained.code).toBe(0);
    const { floor, loss } = jsonOf(trained) as { floor: { mean: number }; loss: { mean: number } };
    // The floor given the class is far below the floor of all digits together, and the untrained loss far above.
    const all = JSON.parse(readFileSync(join(cwd, "a", "floor.json"), "utf8")) as { floor: number };
    expect(floor.mean).toBeLessThan(all.floor);
    expect(loss.mean).toBeGreaterThan(floor.mean);
    const bytes = readFileSync(join(cwd, "a", "model.safetensors"));
    const metrics = readFileSync(join(cwd, "a", "metrics.jsonl"));
    rmSync(join(cwd, "a", "model.safetensors"));
    for (const extension of ["json", "safetensors"]) rmSync(join(cwd, "a", "checkpoints", `step-000004.${extension}`));
    expect((await fluxion(cwd, ["train", "s.yaml", "--out", "a", "--resume"])).code).toBe(0);
    expect(readFileSync(join(cwd, "a", "model.safetensors"))).toEqual(bytes);
    expect(readFileSync(join(cwd, "a", "metrics.jsonl"))).toEqual(metrics);

    const draw = async (name: string, ...options: string[]): Promise<Float64Array> => {
      const args = ["sample", "a", "-n", "3", "--solver", "euler", "--steps", "2", "--out", name, ...options];
      expect((await fluxion(cwd, args)).code).toBe(0);
      return toFloat64(readNpy(readFileSync(join(cwd, name))));
    };
    const own = await draw("own.npy", "--class", "3");
    expect(own.length).toBe(3 * 64);
    const none = await draw("none.npy");
    expect(await draw("zero.npy", "--class", "3", "--guidance", "0")).toEqual(none);
    expect(own).not.toEqual(none);
    expect(await draw("other.npy", "--class", "4")).not.toEqual(own);

    const refused: [string[], RegExp][] = [
      [["sample", "a", "--class", "ten"], /Cannot draw points of class "ten": there is none.*; expected one of 0, 1, 2/],
      [["sample", "a", "--guidance", "2"], /Cannot use --guidance: it strengthens a class; expected --class as well/],
      [["sample", "--data", "digits", "--class", "3"], /Cannot use --class and --guidance: exact fields are of all classes/],
      [["sample", "a", "--exact", "--class", "3"], /Cannot use --class and --guidance/],
    ];
    for (const [args, sentence] of refused) {
      const { code, stderr } = await fluxion(cwd, args);
      expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
    }
  });

  it("is refused where the data are no pictures, have other classes, or targets are of all classes together", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "s.yaml"), SPEC);
    const refused: [string[], RegExp][] = [
      [["network.classes=9"], /Cannot condition the network on 9 classes: the data have 10; expected "network.classes" of 10/],
      [["data.from=moons:50"], /Cannot condition the network on 10 classes: the data have no labels/],
      [["data.from=moons:50", "network.classes=0"], /Cannot build a U-Net: the data are no pictures; expected "data.image"/],
      [["network.groups=3"], /Cannot build the network: channels is 4; expected a multiple of groups, 3/],
      [["train.coupling=ot"], /expected "train.target" conditional and "train.coupling" independent/],
      [["train.target=exact"], /Cannot condition the network on classes: the pairs and targets of the spec are of all classes/],
    ];
    for (const [settings, sentence] of refused) {
      const args = ["train", "s.yaml", "--out", "b", ...settings.flatMap((text) => ["--set", text])];
      const { code, stderr } = await fluxion(cwd, args);
      expect([settings, code, stderr]).toEqual([settings, 2, expect.stringMatching(sentence)]);
    }
  });
});
