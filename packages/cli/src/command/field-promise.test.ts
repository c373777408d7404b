import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { normal, rngOf } from "@fluxion/core";
import { ndArray, writeNpy } from "@fluxion/io";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";
import { readDemand } from "../backend/index.js";

/** What `fluxion field --json` says. */
interface Answer {
  readonly values: { readonly denoiser: number[][]; readonly bound: number[] };
  readonly certificate: { readonly promise: string; readonly backend: string; readonly why: string; readonly skipped: number };
}

const POINTS = 24;
const DIM = 3;

/** A folder with 700 data points and 24 points to ask at, and a way to ask there. */
function folder() {
  const cwd = emptyFolder();
  const save = (name: string, key: number, size: number) =>
    writeFileSync(join(cwd, name), writeNpy(ndArray("float64", [size, DIM], normal(rngOf(key), new Float64Array(size * DIM)))));
  save("data.npy", 1, 700);
  save("x.npy", 2, POINTS);
  return (...more: string[]) =>
    fluxion(cwd, [
      "field",
      "--data",
      "data.npy",
      "--at",
      "x.npy",
      "--t",
      "0.6",
      "--want",
      "denoiser,bound",
      "--json",
      "--quiet",
      ...more,
    ]);
}

const distance = (p: readonly number[] = [], q: readonly number[] = []): number =>
  Math.hypot(...p.map((v, d) => v - (q[d] ?? Number.NaN)));

describe("fluxion field --promise", () => {
  it("keeps it on every backend: no posterior mean is farther from the exact one than its bound and the bound of that", async () => {
    const ask = folder();
    const exact = jsonOf(await ask()) as unknown as Answer;
    expect(exact.certificate).toMatchObject({ promise: "exact", backend: "reference", why: "the question is small", skipped: 0 });
    for (const [backend, ...promises] of [
      ["reference", "exact", "certified:1e-6"],
      ["wasm", "exact", "certified:1e-3", "certified:1e-9"],
      ["tree", "certified:1e-3", "certified:1e-9"],
      ["auto", "certified:1e-3"],
    ] as const) {
      for (const promise of promises) {
        const answer = await ask("--backend", backend, "--promise", promise, "--threads", "2");
        expect(answer.stderr).toBe("");
        const { values, certificate } = jsonOf(answer) as unknown as Answer;
        expect(readDemand(certificate.promise)).toEqual(readDemand(promise));
        for (let b = 0; b < POINTS; b++) {
          const allowed = (values.bound[b] ?? Number.NaN) + (exact.values.bound[b] ?? Number.NaN);
          expect(distance(values.denoiser[b], exact.values.denoiser[b])).toBeLessThanOrEqual(allowed);
        }
      }
    }
  });

  it("statistical: within a few standard errors of the exact mean, and the same for the same seed", async () => {
    const ask = folder();
    const exact = jsonOf(await ask()) as unknown as Answer;
    const drawn = (seed: string) => ask("--promise", "statistical:256", "--seed", seed);
    const { values, certificate } = jsonOf(await drawn("1")) as unknown as Answer;
    expect(certificate).toMatchObject({ promise: "statistical:256", why: "it draws the references" });
    expect((await drawn("1")).stdout).toBe((await drawn("1")).stdout);
    expect((jsonOf(await drawn("2")) as unknown as Answer).values).not.toEqual(values);
    // the errors over their standard errors have mean square about 1; 24 points of 3 coordinates make 3 a loose limit
    const squares = values.denoiser.map((mean, b) => (distance(mean, exact.values.denoiser[b]) / (values.bound[b] ?? 0)) ** 2);
    expect(squares.reduce((sum, v) => sum + v, 0) / POINTS).toBeLessThan(3);
  });

  it("says in words what was promised, by whom and why", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "x.csv"), "0.1,0.2\n");
    const args = ["field", "--data", "moons:64", "--at", "x.csv", "--t", "0.5", "--promise", "certified:1e-4", "--quiet"];
    const { stdout } = await fluxion(cwd, [...args, "--backend", "tree"]);
    expect(stdout).toMatch(/ {2}certified:0\.0001 on tree \(asked for\): .*; proved error of the posterior mean at most \S+\n$/);
  });

  it("refuses what cannot be kept or is not known, with exit code 2", async () => {
    const ask = folder();
    const refusals: [string[], string][] = [
      [["--promise", "certan"], 'Cannot read --promise: it is "certan"; expected exact, certified:<epsilon>'],
      [["--backend", "cuda"], 'Cannot read --backend: it is "cuda"; expected one of auto, reference, wasm, native, tree'],
      [["--backend", "webgpu"], 'Cannot use the backend "webgpu": it runs in browsers only'],
      [["--promise", "statistical:9", "--backend", "wasm"], 'Cannot promise "statistical" on the backend "wasm"'],
      [["--threads", "0"], 'Cannot read --threads: it is "0"; expected a whole number of at least 1'],
      [["--t", "1"], 'Cannot give "bound" at t = 1: the limit is a data point itself; expected a time before 1'],
    ];
    for (const [args, message] of refusals) {
      const { code, stdout } = await ask(...args);
      expect([code, (jsonOf({ stdout }) as { error: string }).error]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});

describe("fluxion doctor", () => {
  it("tells what there is, and how to get what is missing", async () => {
    const { code, stdout } = await fluxion(emptyFolder(), ["doctor", "--no-measure", "--json"], {
      env: { CHROMIUM_PATH: process.execPath },
    });
    const { findings } = jsonOf({ stdout }) as { findings: { name: string; state: string; found: string; remedy?: string }[] };
    expect(code).toBe(0);
    expect(findings.map(({ name }) => name)).toEqual([
      "Node",
      "processor",
      "memory",
      "WebAssembly",
      "native kernels",
      "Chromium",
      "Fashion-MNIST",
    ]);
    expect(findings[0]).toEqual({ name: "Node", state: "ok", found: process.versions.node });
    expect(findings[5]).toEqual({ name: "Chromium", state: "ok", found: process.execPath });
    for (const { state, remedy } of findings) if (state !== "ok") expect(remedy).toBeDefined();
  });

  it("measures the backends on one question", async () => {
    const { stdout } = await fluxion(emptyFolder(), ["doctor", "--threads", "1", "--json", "--quiet"]);
    const { speeds } = jsonOf({ stdout }) as { speeds: { name: string; milliseconds?: number }[] };
    expect(speeds.map(({ name }) => name)).toEqual(["reference", "wasm", "native"]);
    for (const { milliseconds } of speeds.slice(0, 2)) expect(milliseconds).toBeGreaterThan(0);
  });
});
