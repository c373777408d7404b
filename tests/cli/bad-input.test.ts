import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { points } from "@fluxion/core";
import { ndArray, writeNpy, writeNpz } from "@fluxion/io";
import { beforeEach, describe, expect, it } from "vitest";
import { contentsOf, emptyFolder, fluxion, jsonOf, TINY } from "./harness.js";

let cwd: string;
beforeEach(() => {
  cwd = emptyFolder();
  write("square.csv", "0,0\n1,0\n0,1\n1,1\n");
  write("x.csv", "0.5,0.25\n");
});

const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(cwd, name), content);
const npy = (rows: number[][]): Uint8Array => {
  const { data, size, dim } = points(Float64Array.from(rows.flat()), rows[0]?.length ?? 1);
  return writeNpy(ndArray("float64", [size, dim], data));
};

/** Runs a command line that must be refused: exit code 2, one sentence, no stack trace, and not a byte on the disk. */
async function refusal(...args: string[]): Promise<string> {
  const before = contentsOf(cwd);
  const { code, stdout, stderr } = await fluxion(cwd, args);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(contentsOf(cwd)).toEqual(before);
  expect(stderr).toMatch(/^error: [^\n]*\n$/);
  const asJson = await fluxion(cwd, [...args, "--json"]);
  const sentence = stderr.slice("error: ".length, -1);
  expect(jsonOf(asJson)).toEqual({ error: sentence, exitCode: 2 });
  expect(contentsOf(cwd)).toEqual(before);
  return sentence.replaceAll(cwd, "DIR");
}

const field = (data: string, ...more: string[]) =>
  refusal("field", "--data", data, "--t", "0.5", "--at", "x.csv", "--out", "o.npz", ...more);

describe("bad data", () => {
  it("an empty csv", async () => {
    write("empty.csv", "");
    expect(await field("empty.csv")).toBe(
      'Cannot read csv: the file has no rows of numbers; expected some (file "DIR/empty.csv")',
    );
  });

  it("a ragged csv, by line", async () => {
    write("ragged.csv", "1,2\n3,4,5\n");
    expect(await field("ragged.csv")).toBe(
      'Cannot read csv: line 2 has 3 cells; expected 2 as in line 1 (file "DIR/ragged.csv")',
    );
  });

  it("rows with NaN or an infinity, by row", async () => {
    write("nan.csv", "1,2\n3,nan\n5,6\n");
    expect(await field("nan.csv")).toBe(
      'Cannot read csv: row 1, line 2, column 2 is "nan", 1 of 3 rows are not finite; expected finite numbers (file "DIR/nan.csv")',
    );
    write(
      "inf.npy",
      npy([
        [1, 2],
        [3, 4],
        [Number.POSITIVE_INFINITY, 6],
      ]),
    );
    expect(await field("inf.npy")).toBe(
      'Cannot use array "inf": row 2 has Infinity in column 0, 1 of 3 rows are not finite; expected finite numbers (file "DIR/inf.npy")',
    );
  });

  it("an npy of a type that is no real number", async () => {
    const bytes = Buffer.from(npy([[1, 2]]));
    bytes.write("<c8", bytes.indexOf("<f8"));
    write("complex.npy", bytes);
    expect(await field("complex.npy")).toMatch(
      /^Cannot read npy: the elements are complex numbers, descr '<c8'; expected one of /,
    );
  });

  it("a truncated npy and a truncated npz", async () => {
    write(
      "cut.npy",
      npy([
        [1, 2],
        [3, 4],
      ]).subarray(0, -8),
    );
    expect(await field("cut.npy")).toMatch(
      /^Cannot read npy: .*; expected 32 for shape \[2, 2\] of '<f8' \(file "DIR\/cut\.npy"\)$/,
    );
    const whole = writeNpz({ a: ndArray("float64", [2, 2], Float64Array.of(1, 2, 3, 4)) });
    write("cut.npz", whole.subarray(0, -20));
    expect(await field("cut.npz")).toMatch(/^Cannot read zip: .*; expected .* \(file "DIR\/cut\.npz"\)$/);
  });

  it("a text under the name of an npy", async () => {
    write("text.npy", "1,2\n");
    expect(await field("text.npy")).toMatch(/^Cannot read npy: the file does not begin with 93 NUMPY; expected an npy file/);
  });

  it("data and x of different dimension", async () => {
    write("x.csv", "1,2,3\n");
    expect(await field("square.csv")).toBe(
      'Cannot use the points of "x.csv": they have dim 3, the data have dim 2; expected equal dims',
    );
  });

  it("weights that are zero, negative, or of another number", async () => {
    write("zero.csv", "1\n1\n0\n1\n");
    expect(await field("square.csv", "--weights", "zero.csv")).toBe(
      "Cannot use the data: weight 2 is 0; expected a positive finite number in every row",
    );
    write("negative.csv", "1\n-2\n1\n1\n");
    expect(await field("square.csv", "--weights", "negative.csv")).toBe(
      "Cannot use the data: weight 1 is -2; expected a positive finite number in every row",
    );
    write("few.csv", "1\n1\n");
    expect(await field("square.csv", "--weights", "few.csv")).toBe(
      "Cannot use the data: there are 2 weights; expected one for each of 4 rows",
    );
  });

  it("one point, where a network is to be trained; also when it is many equal rows", async () => {
    write("one.csv", "1,2\n1,2\n1,2\n");
    write("one.yaml", "data: one.csv\n");
    const { stderr, code } = await fluxion(cwd, ["train", "one.yaml"]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Cannot train on "${join(cwd, "one.csv")}": it is one distinct point; expected at least 2`);
    expect(Object.keys(contentsOf(cwd)).sort()).toEqual(["one.csv", "one.yaml", "square.csv", "x.csv"]);
  });

  it("one point is no mistake for the field, which is then the conditional field of that point, said", async () => {
    write("one.csv", "1,2\n");
    const { code, stdout, stderr } = await fluxion(cwd, ["field", "--data", "one.csv", "--t", "0.5", "--at", "x.csv", "--json"]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      "warning: one.csv is one distinct point: the marginal field is the conditional field of that point\n",
    );
    expect(jsonOf({ stdout }).values).toEqual({ velocity: [[(1 - 0.5) / 0.5, (2 - 0.25) / 0.5]] }); // (z − x)/(1 − t)
  });

  it("duplicate points are merged into weights, said", async () => {
    write("twice.csv", "0,0\n1,1\n0,0\n0,0\n");
    const { code, stdout, stderr } = await fluxion(cwd, ["data", "twice.csv", "--json"]);
    expect(code).toBe(0);
    expect(stderr).toBe("twice.csv: 2 rows repeat an earlier one; merged into the weights of 2 distinct points\n");
    const entropy = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    expect(jsonOf({ stdout })).toMatchObject({ rows: 4, points: 2, merged: 2, entropy: expect.closeTo(entropy, 14) });
  });

  it("a count of points that is none, in a spec too", async () => {
    const sentence = 'Cannot load data "moons:2.5": the count is "2.5"; expected a whole number of at least 1';
    expect(await field("moons:2.5")).toBe(sentence);
    write("half.yaml", "data: moons:2.5\n");
    expect(await refusal("train", "half.yaml")).toBe(sentence);
  });

  it("a file that does not exist, a name that does not, and a kind that is unknown", async () => {
    expect(await field("absent.npy")).toBe(
      'Cannot read "DIR/absent.npy": there is no such file or folder; expected a path that exists',
    );
    expect(await field("mons:50")).toMatch(
      /^Cannot load data "mons:50": there is no set "mons" \(did you mean "moons"\?\); expected digits, /,
    );
    write("x.xlsx", "");
    expect(await field("x.xlsx")).toMatch(
      /^Cannot tell the format of "DIR\/x\.xlsx": its extension is unknown; expected \.npy, /,
    );
  });
});

describe("bad arguments", () => {
  const at = (t: string) => refusal("field", "--data", "square.csv", "--t", t, "--at", "x.csv", "--out", "o.npz");

  it("t outside [0, 1]", async () => {
    for (const t of ["1.5", "-0.1", "nan", "1e400", "0x1", ""]) {
      expect(await at(t)).toBe(`Cannot read --t: it is "${t}"; expected a number from 0 to 1`);
    }
  });

  it("a quantity that diverges at t = 1", async () => {
    expect(await at("1")).toMatch(/^Cannot evaluate "velocity" at t = 1: it diverges, since the path ends on the data points/);
  });

  it("an unknown command, option, quantity, path and format", async () => {
    expect(await refusal("feild")).toMatch(
      /^Cannot read the command line: unknown command 'feild' \(did you mean field\?\); expected /,
    );
    expect(await refusal("data", "digits", "--lst")).toMatch(/unknown option '--lst' \(did you mean --list\?\)/);
    expect(await field("square.csv", "--want", "velocity,speed")).toMatch(
      /^Cannot read --want: it is "speed"; expected one of velocity, score/,
    );
    expect(await field("square.csv", "--path", "straight")).toMatch(
      /^Cannot make the path "straight": no such scheduler; expected one of condOt/,
    );
    expect(await refusal("field", "--data", "square.csv", "--t", "0", "--at", "x.csv", "--out", "o.xls")).toMatch(
      /^Cannot write "DIR\/o\.xls": the format "\.xls" is unknown; expected \.npz, \.json, \.npy, \.csv, \.png$/,
    );
    expect(await refusal("field", "--data", "square.csv", "--at", "x.csv")).toMatch(
      /required option '--t <number>' not specified/,
    );
    expect(await refusal("train")).toMatch(/missing required argument 'spec'/);
    expect(await refusal("verify", "--data", "moons:20", "--seed", "-1")).toBe(
      'Cannot read --seed: it is "-1"; expected a whole number of at least 0',
    );
  });

  it("no command at all", async () => {
    const { code, stderr } = await fluxion(cwd, []);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: Cannot run: there is no command; expected run, data, store, field, /);
  });

  it("two arrays into a format that holds one", async () => {
    expect(
      await refusal("field", "--data", "square.csv", "--t", "0", "--at", "x.csv", "--want", "velocity,ess", "--out", "o.npy"),
    ).toBe('Cannot write "DIR/o.npy": there are 2 arrays and the format holds one; expected a name that ends in .npz or .json');
  });

  it("a path that cannot be written, before the work", async () => {
    expect(await refusal("data", "square.csv", "--out", "no/such/folder/x.npy")).toBe(
      'Cannot write "DIR/no/such/folder/x.npy": the folder "DIR/no/such/folder" does not exist; expected one that does',
    );
    expect(await refusal("data", "square.csv", "--out", "square.csv/x.npy")).toMatch(
      /^Cannot write "DIR\/square\.csv\/x\.npy": /,
    );
    write("tiny.yaml", TINY);
    expect(await refusal("train", "tiny.yaml", "--out", "square.csv/run")).toBe(
      'Cannot create the folder "DIR/square.csv/run": a part of the path is a file; expected folders before the last name',
    );
    expect(await refusal("train", "tiny.yaml", "--out", "/proc/fluxion")).toMatch(
      /^Cannot create the folder "\/proc\/fluxion": /,
    );
  });
});

describe("bad specs", () => {
  it("an unknown key, with its line and the nearest known key", async () => {
    write("typo.yaml", "data: moons:20\ntrain:\n  learning_rate: 0.1\n");
    expect(await refusal("train", "typo.yaml")).toMatch(
      /^Cannot read the spec DIR\/typo\.yaml:3: unknown key "train\.learning_rate"; expected "learningRate", or another of engine, threads, steps, /,
    );
    expect(await refusal("run", "typo.yaml", "--set", "train.stps=3")).toMatch(/unknown key "train\.(learning_rate|stps)"/);
  });

  it("what only the optimizer or the floor can refuse, and still nothing is written", async () => {
    write("warm.yaml", "data: moons:20\ntrain: { steps: 10, warmup: 10 }\n");
    expect(await refusal("train", "warm.yaml")).toBe(
      "Cannot schedule the learning rate: steps is 10; expected more than the 10 steps of warm-up",
    );
    write("steep.yaml", "data: { from: moons:20, bandwidth: 0.1 }\npath: squareRoot\nfloor: { samples: 2 }\n");
    for (const command of ["train", "run"]) {
      const { code, stderr } = await fluxion(cwd, [command, "steep.yaml", "--quiet"]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: Cannot compute the floor under "squareRoot": the integral does not converge; expected /);
      expect(Object.keys(contentsOf(cwd)).filter((name) => name.startsWith("runs"))).toEqual([]);
      expect(existsSync(join(cwd, "runs", "steep"))).toBe(false);
    }
  });

  it("a file that is not there, or no text", async () => {
    expect(await refusal("train", "none.yaml")).toBe(
      'Cannot read "DIR/none.yaml": there is no such file or folder; expected a path that exists',
    );
    write("bytes.yaml", Uint8Array.of(0xff, 0xfe));
    expect(await refusal("train", "bytes.yaml")).toBe('Cannot read "DIR/bytes.yaml": it is no UTF-8 text; expected a text file');
  });
});

describe("bad run directories", () => {
  const trained = async (): Promise<void> => {
    write("tiny.yaml", TINY);
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "run"])).code).toBe(0);
  };

  it("one that exists", async () => {
    await trained();
    expect(await refusal("train", "tiny.yaml", "--out", "run")).toBe(
      'Cannot create the folder "DIR/run": it exists already; expected a new name, --resume to continue, or --fresh for the next free name',
    );
    expect(await refusal("run", "tiny.yaml", "--out", "run")).toMatch(
      /^Cannot create the folder "DIR\/run": it exists already; /,
    );
    expect(await refusal("run", "tiny.yaml", "--fresh", "--resume")).toMatch(
      /^Cannot run: there are both --fresh and --resume; /,
    );
  });

  it("a checkpoint of another spec, naming the key that differs", async () => {
    await trained();
    expect(await refusal("train", "tiny.yaml", "--out", "run", "--resume", "--steps", "20")).toBe(
      'Cannot resume from "DIR/run/checkpoints/step-000012.json": "train.steps" was 12 and is 20 now; expected the spec of the checkpoint, or another run directory',
    );
    expect(await refusal("train", "tiny.yaml", "--out", "run", "--resume", "--set", "data=moons:41")).toMatch(
      /"data" was ".*" and is ".*" now/,
    );
  });

  it("a corrupted checkpoint, naming the file and the way out", async () => {
    await trained();
    const path = join(cwd, "run", "checkpoints", "step-000012.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(await refusal("train", "tiny.yaml", "--out", "run", "--resume")).toMatch(
      /^Cannot resume from "DIR\/run\/checkpoints\/step-000012\.safetensors": its digest is \w{16}…, it was written as \w{16}…; expected an undamaged file; remove step-000012\.\* to resume from step 10$/,
    );
  });

  it("none at all, or one whose training has not finished", async () => {
    write("tiny.yaml", TINY);
    mkdirSync(join(cwd, "empty"));
    expect(await refusal("train", "tiny.yaml", "--out", "absent", "--resume")).toMatch(
      /^Cannot resume "DIR\/absent": there is no DIR\/absent\/spec\.yaml; /,
    );
    expect(await refusal("sample", "empty")).toMatch(
      /^Cannot use "DIR\/empty": there is no DIR\/empty\/spec\.yaml; expected a run directory$/,
    );
    write("empty/spec.yaml", TINY);
    expect(await refusal("eval", "empty")).toMatch(/^Cannot use the run "DIR\/empty": its training has not finished; /);
  });

  it("a model that is no model", async () => {
    await trained();
    writeFileSync(join(cwd, "run", "model.safetensors"), "{}");
    expect(await refusal("sample", "run")).toMatch(/^Cannot read safetensors/);
  });
});
