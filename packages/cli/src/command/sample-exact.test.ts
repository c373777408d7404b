import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { atoms, points, verifyCapture } from "@fluxion/core";
import { readNpz, toFloat64 } from "@fluxion/io";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";

/** The arrays of a file, as float64. */
function arraysOf(path: string): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(readNpz(readFileSync(path))).map(([name, array]) => [name, toFloat64(array)]));
}

describe("fluxion sample --exact", () => {
  it("writes proofs that hold when they are checked against the data from scratch", async () => {
    const cwd = emptyFolder();
    await fluxion(cwd, ["data", "moons:60", "--seed", "4", "--out", "data.npz"]);
    const args = ["sample", "--data", "data.npz", "-n", "12", "--exact", "--seed", "2", "--out", "s.npz", "--quiet"];
    const { code, stdout } = await fluxion(cwd, args);
    expect(code).toBe(0);
    expect(stdout).toContain("12 exact trajectories on plain");
    expect(stdout).toContain("12 proved to end at a data point");
    const data = Object.values(arraysOf(join(cwd, "data.npz")))[0] ?? new Float64Array();
    const set = atoms(points(data, 2));
    const { samples, row, s, rho, dMin, radius, w, error } = arraysOf(join(cwd, "s.npz")) as Record<string, Float64Array>;
    for (let b = 0; b < 12; b++) {
      const at = row?.[b] ?? -1;
      expect(samples?.subarray(2 * b, 2 * b + 2)).toEqual(data.subarray(2 * at, 2 * at + 2)); // the data point itself
      const number = (values: Float64Array | undefined): number => values?.[b] ?? Number.NaN;
      const proof = { atom: at, s: number(s), rho: number(rho), dMin: number(dMin), radius: number(radius) };
      expect(verifyCapture(set, w?.slice(2 * b, 2 * b + 2) ?? new Float64Array(), proof)).toBe(true);
      expect(number(error)).toBeLessThan(number(radius));
    }
  });

  it("ends where the solvers of the same seed end, and tells it in JSON", async () => {
    const cwd = emptyFolder();
    const args = ["sample", "--data", "moons:40", "-n", "6", "--seed", "3", "--json", "--quiet"];
    const exact = jsonOf(await fluxion(cwd, [...args, "--exact"])) as {
      samples: number[][];
      captured: number;
      ends: { proof: object }[];
    };
    const solved = jsonOf(await fluxion(cwd, [...args, "--rtol", "1e-7", "--atol", "1e-9"])) as { samples: number[][] };
    expect(exact.captured).toBe(6);
    exact.samples.forEach((x, b) => {
      expect(exact.ends[b]?.proof).toMatchObject({ s: expect.any(Number), radius: expect.any(Number) });
      x.forEach((v, d) => {
        expect(v).toBeCloseTo(solved.samples[b]?.[d] ?? Number.NaN, 6);
      });
    });
  });

  it("has one end where there is one point, and none to prove where the data are smoothed", async () => {
    const cwd = emptyFolder();
    const one = await fluxion(cwd, ["sample", "--data", "moons:1", "-n", "2", "--exact", "--json", "--quiet"]);
    expect(jsonOf(one)).toMatchObject({ captured: 2, ends: [{ row: 0 }, { row: 0 }] });
    const refusals: [string[], string][] = [
      [["--bandwidth", "0.1"], "Cannot prove the ends: the data are smoothed"],
      [["--steps", "9", "--solver", "rk4"], "Cannot use a solver with --exact"],
      [["--rtol", "1e-3"], "Cannot use a solver with --exact"],
      [["--tolerance", "0"], 'Cannot read --tolerance: it is "0"; expected a number above 0'],
    ];
    for (const [more, message] of refusals) {
      const { code, stderr } = await fluxion(cwd, ["sample", "--data", "moons:9", "--exact", ...more]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    const { stderr } = await fluxion(cwd, ["sample", "--data", "moons:9", "--tolerance", "1e-3"]);
    expect(stderr).toContain("Cannot use --tolerance: it belongs to --exact");
  });
});

describe("fluxion influence", () => {
  it("gives shares that sum to one over all points, the largest first, and the end of the same exact sample", async () => {
    const cwd = emptyFolder();
    const args = ["--data", "moons:30", "-n", "3", "--seed", "5", "--json", "--quiet"];
    const { samples } = jsonOf(await fluxion(cwd, ["influence", ...args, "--top", "30"])) as {
      samples: { row: number; shares: number[]; rows: number[]; effective: number }[];
    };
    const { ends } = jsonOf(await fluxion(cwd, ["sample", ...args, "--exact"])) as { ends: { row: number }[] };
    expect(samples.map(({ row }) => row)).toEqual(ends.map(({ row }) => row));
    for (const { shares, rows, effective } of samples) {
      expect(shares.reduce((sum, c) => sum + c, 0)).toBeCloseTo(1, 10);
      expect([...shares].sort((p, q) => q - p)).toEqual(shares);
      expect(new Set(rows).size).toBe(30);
      expect(effective).toBeGreaterThan(1);
      expect(effective).toBeLessThan(30);
    }
  });

  it("shows digits on a sheet, and refuses to show what is no picture", async () => {
    const cwd = emptyFolder();
    const { code, stdout } = await fluxion(cwd, [
      "influence",
      "--data",
      "digits",
      "-n",
      "1",
      "--top",
      "3",
      "--out",
      "a.png",
      "--quiet",
    ]);
    expect([code, existsSync(join(cwd, "a.png"))]).toEqual([0, true]);
    expect(stdout).toContain("rows by share");
    const refused = await fluxion(cwd, ["influence", "--data", "moons:9", "--out", "a.png"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("the rows are no pictures")]);
    const other = await fluxion(cwd, ["influence", "--data", "moons:9", "--out", "a.npz"]);
    expect(other.stderr).toContain("expected a name that ends in .png, or --json");
  });
});
