import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type FileSystem, nodeFiles, sha256 } from "../files/index.js";
import { type Checkpoint, type Identity, readLatestCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { firstDifference } from "./difference.js";
import { openMetrics } from "./metrics-log.js";
import { runDirectory } from "./run-directory.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fluxion-runs-"));
});

const identity: Identity = { spec: { seed: 0, train: { batch: 8, steps: 10 } }, data: sha256("data") };
const checkpoint = (step: number): Checkpoint => ({
  step,
  tensors: { "layer.0": { dtype: "float32", shape: [2, 2], data: Float32Array.of(step, 2, 3, 4) } },
  engine: "onnxruntime 2 threads",
  metrics: { bytes: 0, digest: sha256("") },
});
const write = (step: number, files: FileSystem = nodeFiles) => writeCheckpoint(files, folder, checkpoint(step), identity);
const refused = (message: string) => expect.objectContaining({ message: expect.stringContaining(message), exitCode: 2 });

describe("checkpoints", () => {
  it("come back as they were written, the newest first", () => {
    write(100);
    write(1_000_000);
    write(200);
    expect(readLatestCheckpoint(nodeFiles, folder, identity)).toEqual({ checkpoint: checkpoint(1_000_000), unfinished: [] });
    expect(readdirSync(folder)).toContain("step-000100.safetensors");
    expect(readLatestCheckpoint(nodeFiles, join(folder, "none"), identity)).toBeUndefined();
  });

  it("have the same bytes for the same training", () => {
    write(100);
    const first = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    write(100);
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name)))).toEqual(first);
  });

  it("are refused when any one byte changed, naming the file and the way out", () => {
    write(100);
    write(200);
    for (const name of ["step-000200.safetensors", "step-000200.json"]) {
      const path = join(folder, name);
      const good = readFileSync(path);
      for (let at = 0; at < good.length; at += 7) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ 1;
        writeFileSync(path, bad);
        let message = "";
        try {
          readLatestCheckpoint(nodeFiles, folder, identity);
        } catch (error) {
          message = (error as Error).message;
          expect(error).toMatchObject({ exitCode: 2 });
        }
        expect(message).toContain(`Cannot resume from "${join(folder, "step-000200.")}`);
      }
      writeFileSync(path, good);
    }
    writeFileSync(join(folder, "step-000200.safetensors"), "cut");
    expect(() => readLatestCheckpoint(nodeFiles, folder, identity)).toThrow(
      refused("expected an undamaged file; remove step-000200.* to resume from step 100"),
    );
  });

  it("of another spec or other data are refused, naming the first key that differs", () => {
    write(100);
    const other = { spec: { seed: 0, train: { batch: 16, steps: 10 } }, data: identity.data };
    expect(() => readLatestCheckpoint(nodeFiles, folder, other)).toThrow(
      refused(
        `Cannot resume from "${join(folder, "step-000100.json")}": "train.batch" was 8 and is 16 now; expected the spec of the checkpoint, or another run directory`,
      ),
    );
    expect(() => readLatestCheckpoint(nodeFiles, folder, { ...identity, data: sha256("other") })).toThrow(refused('"data" was'));
  });

  it("whose writing was interrupted between its two files are named and not taken for whole", () => {
    write(100);
    const broken: FileSystem = {
      ...nodeFiles,
      rename: (from, to) => {
        if (to.endsWith(".json")) throw Object.assign(new Error(), { code: "ENOSPC" });
        nodeFiles.rename(from, to);
      },
    };
    expect(() => write(200, broken)).toThrow(expect.objectContaining({ exitCode: 1 }));
    const latest = readLatestCheckpoint(nodeFiles, folder, identity);
    expect(latest).toEqual({ checkpoint: checkpoint(100), unfinished: ["step-000200.safetensors"] });
  });
});

describe("openMetrics", () => {
  it("continues after the mark with the same bytes as a log that never stopped", () => {
    const path = join(folder, "metrics.jsonl");
    const log = openMetrics(nodeFiles, path);
    log.append({ step: 1, loss: 0.5 });
    const mark = log.mark();
    log.append({ step: 2, loss: 0.25 });
    log.close();
    const whole = readFileSync(path);

    const resumed = openMetrics(nodeFiles, path, mark);
    expect(resumed.entries).toEqual([{ step: 1, loss: 0.5 }]);
    expect(readFileSync(path).length).toBe(mark.bytes);
    resumed.append({ step: 2, loss: 0.25 });
    expect(resumed.mark()).toEqual({ bytes: whole.length, digest: sha256(whole) });
    resumed.close();
    expect(readFileSync(path)).toEqual(whole);
  });

  it("refuses a file that is not the one that was marked", () => {
    const path = join(folder, "metrics.jsonl");
    const log = openMetrics(nodeFiles, path);
    log.append({ step: 1 });
    const mark = log.mark();
    log.close();
    for (const text of ['{"step":2}\n', "{"]) {
      writeFileSync(path, text);
      expect(() => openMetrics(nodeFiles, path, mark)).toThrow(refused("are not those that the checkpoint marked"));
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });

  it("refuses a loss that is not a number, with exit code 1", () => {
    const log = openMetrics(nodeFiles, join(folder, "m"));
    expect(() => log.append({ loss: Number.NaN })).toThrow(expect.objectContaining({ exitCode: 1 }));
    log.close();
  });
});

describe("firstDifference", () => {
  it("names the first key that differs", () => {
    expect(firstDifference({ a: 1, b: { c: [1], d: 2 } }, { a: 1, b: { c: [1], d: 3 } })).toEqual({
      place: "b.d",
      was: 2,
      is: 3,
    });
    expect(firstDifference({ a: undefined }, {})).toBeUndefined();
    expect(firstDifference({}, { a: { b: 1 } })).toEqual({ place: "a", was: undefined, is: { b: 1 } });
  });
});

describe("runDirectory", () => {
  it("gives every file another name inside the folder", () => {
    const { path, ...names } = runDirectory("x");
    expect(path).toBe("x");
    expect(new Set(Object.values(names)).size).toBe(Object.keys(names).length);
    expect(Object.values(names).every((name) => name.startsWith(`x${"/"}`))).toBe(true);
  });
});
