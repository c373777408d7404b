import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../packages/cli/src/command/index.js";
import { contentsOf, emptyFolder, fluxion, folderWithExamples, jsonOf, TINY } from "./harness.js";

/** Splits an example as a shell would, where it has no quotes. */
const argumentsOf = (example: string): string[] => example.split(" ").slice(1);

describe("every command", () => {
  it.each(commands.map(({ name }) => name))("%s: its help has examples, and they run one after the other", async (name) => {
    const cwd = folderWithExamples();
    const help = await fluxion(cwd, [name, "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    const examples = help.stdout.split("\n").flatMap((line) => (line.startsWith("  $ fluxion ") ? [line.slice(4)] : []));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples.map(quick)) {
      const { code, stdout, stderr } = await fluxion(cwd, argumentsOf(example));
      expect({ example, code, stderr: stderr.includes("error:") }).toEqual({ example, code: 0, stderr: false });
      expect(stdout.length).toBeGreaterThan(0);
      if (example.endsWith("--json")) jsonOf({ stdout });
    }
  });

  /** The digits with less work: that they pass in full is shown elsewhere. */
  function quick(example: string): string {
    if (example.startsWith("fluxion verify --data digits")) return example.replace("digits", "moons:60 --trajectories 16");
    return example.startsWith("fluxion floor --data digits") ? example.replace("--samples 64", "--samples 4") : example;
  }

  it("prints exactly one JSON object with --json, progress and notes elsewhere, and the same bytes twice", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "tiny.yaml"), TINY);
    writeFileSync(join(cwd, "x.csv"), "0.5,0.25\n0,0\n");
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "trained"])).code).toBe(0);
    expect((await fluxion(cwd, ["store", "create", "x.csv", "--out", "s"])).code).toBe(0);
    const lines = [
      "run tiny.yaml --fresh --out r",
      "data moons:30",
      "data --list",
      "store info s",
      "field --data moons:30 --t 0.5 --at x.csv --want velocity,ess --top 3",
      "verify --data moons:30 --trajectories 8 --draws 200 --samples 8",
      "floor --data moons:30 --samples 8",
      "train tiny.yaml --out t",
      "sample trained -n 3",
      "sample trained -n 3 --exact",
      "sample --data moons:30 -n 3",
      "sample --data moons:30 -n 3 --exact",
      "influence --data moons:30 -n 2",
      "likelihood trained --at x.csv",
      "likelihood --data moons:30 --bandwidth 0.2 --at x.csv",
      "eval trained",
      "export trained --format safetensors --out m.safetensors",
      "import tiny.yaml --weights m.safetensors --out imported",
    ];
    const lasting = commands.map(({ name }) => name).filter((name) => name !== "doctor"); // which tells of this moment
    expect(new Set(lines.map((line) => line.split(" ")[0]))).toEqual(new Set(lasting));
    for (const line of lines) {
      const first = await fluxion(cwd, [...line.split(" "), "--json"]);
      expect({ line, code: first.code }).toEqual({ line, code: 0 });
      const object = jsonOf(first);
      expect(typeof object).toBe("object");
      if (line.includes("--out")) continue; // a second run takes another folder
      const second = await fluxion(cwd, [...line.split(" "), "--json"]);
      expect(second.stdout).toBe(first.stdout);
    }
  });

  it("writes nothing but warnings to stderr with --quiet, and nothing at all to stdout but the result", async () => {
    const cwd = emptyFolder();
    const { stderr, stdout } = await fluxion(cwd, ["floor", "--data", "moons:30", "--samples", "4", "--quiet"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^ {2}floor V /);
  });

  it("shows a stack trace of a user's mistake only with FLUXION_DEBUG", async () => {
    const args = ["data", "absent.npy"];
    expect((await fluxion(emptyFolder(), args)).stderr).not.toContain("    at ");
    expect((await fluxion(emptyFolder(), args, { env: { FLUXION_DEBUG: "1" } })).stderr).toContain("    at ");
  });

  it("answers --version and --help", async () => {
    const manifest = JSON.parse(readFileSync(new URL("../../packages/cli/package.json", import.meta.url), "utf8"));
    expect(await fluxion(emptyFolder(), ["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
    const { code, stdout } = await fluxion(emptyFolder(), ["--help"]);
    expect(code).toBe(0);
    for (const { name, summary } of commands) {
      expect(stdout).toMatch(new RegExp(`\n {2}${name} `));
      expect(stdout).toContain(`  ${summary}
`); // in one line
    }
  });
});

describe("a run", () => {
  it("is the same bytes twice, but for the times that it took", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "tiny.yaml"), TINY);
    const codes = [];
    for (let i = 0; i < 2; i++) codes.push((await fluxion(cwd, ["run", "tiny.yaml", "--fresh"])).code);
    expect(codes).toEqual([0, 0]);
    const [first, second] = ["runs/tiny", "runs/tiny-2"].map((name) => {
      const { "timing.json": timing, ...rest } = contentsOf(join(cwd, name));
      expect(timing).toBeDefined();
      return rest;
    });
    expect(second).toEqual(first);
    expect(Object.keys(first ?? {})).toEqual(
      expect.arrayContaining([
        "report.html",
        "run.json",
        "spec.yaml",
        "metrics.jsonl",
        "model.safetensors",
        "samples.npy",
        "verify.json",
      ]),
    );
    expect(existsSync(join(cwd, "runs", "tiny", "checkpoints", "step-000012.json"))).toBe(true);
  });

  it("can be read back from any folder", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "points.csv"), "0,0\n1,0\n0,1\n1,1\n2,2\n");
    writeFileSync(join(cwd, "own.yaml"), TINY.replace("moons:40", "points.csv"));
    expect((await fluxion(cwd, ["train", "own.yaml"])).code).toBe(0);
    const away = await fluxion(emptyFolder(), ["sample", join(cwd, "runs", "tiny"), "-n", "2", "--json"]);
    expect(away.code).toBe(0);
    expect(jsonOf(away)).toMatchObject({ by: "network", points: 2, dim: 2 });
    writeFileSync(join(cwd, "points.csv"), "0,0\n1,0\n0,1\n1,1\n2,3\n");
    const changed = await fluxion(cwd, ["sample", "runs/tiny"]);
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain("are not those of its training; expected digest");
  });
});
