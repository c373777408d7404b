import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { normalCdf } from "@fluxion/core";
import { isPng, ndArray, readNpy, readPng, readTable, toFloat64, writeNpy } from "@fluxion/io";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf, TINY } from "../../../../tests/cli/harness.js";
import { loadData } from "../data/index.js";
import { nodeFiles } from "../files/index.js";

const numbersOf = (folder: string, name: string): Float64Array => toFloat64(readNpy(readFileSync(join(folder, name))));

describe("fluxion data", () => {
  it("describes the digits", async () => {
    const described = jsonOf(await fluxion(emptyFolder(), ["data", "digits", "--json"]));
    expect(described).toMatchObject({
      rows: 1797,
      points: 1797,
      dim: 64,
      min: -1,
      max: 1,
      entropy: expect.closeTo(Math.log(1797), 12),
      image: { width: 8, height: 8 },
      classes: { "0": 178, "1": 182, "9": 180 },
    });
  });

  it("exports a toy set in every format to the same numbers, the same seed to the same bytes", async () => {
    const cwd = emptyFolder();
    for (const name of ["a.npy", "b.npy", "a.csv", "a.npz", "a.json"]) {
      expect((await fluxion(cwd, ["data", "moons", "-n", "25", "--seed", "3", "--out", name])).code).toBe(0);
    }
    const points = numbersOf(cwd, "a.npy");
    expect(points.length).toBe(50);
    expect(readFileSync(join(cwd, "a.npy"))).toEqual(readFileSync(join(cwd, "b.npy")));
    for (const name of ["a.csv", "a.npz"]) expect(readTable(name, readFileSync(join(cwd, name))).data).toEqual(points);
    expect((JSON.parse(readFileSync(join(cwd, "a.json"), "utf8")) as { points: number[][] }).points.flat()).toEqual([...points]);
    await fluxion(cwd, ["data", "moons", "-n", "25", "--seed", "4", "--out", "c.npy"]);
    expect(numbersOf(cwd, "c.npy")).not.toEqual(points);
  });

  it("exports pictures as a sheet, repeated rows as they were, and classes beside the numbers", async () => {
    const cwd = emptyFolder();
    await fluxion(cwd, ["data", "digits", "--out", "d.png"]);
    const png = readFileSync(join(cwd, "d.png"));
    expect(isPng(png)).toBe(true);
    expect(readPng(png)).toMatchObject({ width: 10 * 33 - 1, height: 10 * 33 - 1 }); // 100 pictures of 8·4 pixels, 1 between
    writeFileSync(join(cwd, "rows.csv"), "1,2,b\n3,4,a\n1,2,b\n");
    await fluxion(cwd, ["data", "rows.csv", "--labels", "last", "--out", "again.csv"]);
    expect(readFileSync(join(cwd, "again.csv"), "utf8")).toBe("1,2,b\n3,4,a\n1,2,b\n");
    expect((await fluxion(cwd, ["data", "rows.csv", "--labels", "last", "--out", "x.png"])).stderr).toMatch(
      /the rows are no pictures/,
    );
  });

  it("scales, smooths and takes pictures from the shape of an array", async () => {
    const cwd = emptyFolder();
    const pictures = ndArray("uint8", [2, 2, 3], Uint8Array.of(0, 255, 0, 0, 0, 0, 255, 255, 255, 0, 0, 0));
    writeFileSync(join(cwd, "p.npy"), writeNpy(pictures));
    const described = jsonOf(
      await fluxion(cwd, ["data", "p.npy", "--scale", "0.00784313725490196,-1", "--bandwidth", "0.1", "--json"]),
    );
    expect(described).toMatchObject({ dim: 6, points: 2, image: { width: 3, height: 2 }, min: -1, bandwidth: 0.1 });
    expect(described.max).toBeCloseTo(1, 12);
    expect((await fluxion(cwd, ["data", "p.npy", "--scale", "0,1"])).stderr).toContain("the factor is 0");
    expect((await fluxion(cwd, ["data", "digits", "-n", "5"])).stderr).toContain(
      "it is no toy set; expected one of checkerboard",
    );
  });
});

describe("fluxion verify", () => {
  it("says every check with residual, tolerance and its origin, and passes", async () => {
    const args = ["verify", "--data", "moons:60", "--trajectories", "16", "--draws", "400", "--samples", "32", "--json"];
    const { checks, passed } = jsonOf(await fluxion(emptyFolder(), args)) as {
      checks: { id: string; statement: string; residual: number; tolerance: number; passed: boolean; toleranceFrom: string }[];
      passed: boolean;
    };
    expect(passed).toBe(true);
    expect(checks.length).toBeGreaterThan(15);
    for (const check of checks) {
      expect(check.passed).toBe(check.residual <= check.tolerance);
      expect(check.statement.length * check.toleranceFrom.length).toBeGreaterThan(0);
    }
  });
});

describe("fluxion floor", () => {
  it("gives the floor of two points in closed form, and log 2 as the area", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "two.csv"), "-1\n1\n");
    const found = jsonOf(await fluxion(cwd, ["floor", "--data", "two.csv", "--samples", "4000", "--json"])) as {
      floor: number;
      standardError: number;
      perDim: number;
      byTime: { t: number; floor: number }[];
      entropy: { area: number; exact: number; standardError: number };
    };
    // Var(z|x) = 1 − tanh²(αx/β²), x = α + βε by symmetry, and b = 1/β on the path α = t, β = 1 − t
    let exact = 0;
    const [T, E] = [2000, 400];
    for (let i = 0; i < T; i++) {
      const t = (i + 0.5) / T;
      for (let k = 0; k < E; k++) {
        const [low, high] = [-8 + (16 * k) / E, -8 + (16 * (k + 1)) / E];
        const mass = normalCdf(high) - normalCdf(low);
        const x = t + ((1 - t) * (low + high)) / 2;
        exact += (mass * (1 - Math.tanh((t * x) / (1 - t) ** 2) ** 2)) / (1 - t) ** 2 / T;
      }
    }
    expect(Math.abs(found.floor - exact)).toBeLessThan(5 * found.standardError + 1e-3); // 1e-3: the rectangle rule above
    expect(found.perDim).toBe(found.floor);
    expect(found.entropy.exact).toBeCloseTo(Math.log(2), 14);
    expect(Math.abs(found.entropy.area - Math.log(2))).toBeLessThan(5 * found.entropy.standardError);
    expect(found.byTime.length).toBeGreaterThan(20);
  });

  it("has no area for smoothed data, and says so with null", async () => {
    const args = ["floor", "--data", "moons:20", "--bandwidth", "0.3", "--samples", "8", "--json"];
    expect(jsonOf(await fluxion(emptyFolder(), args))).toMatchObject({ entropy: { area: null, exact: null } });
  });
});

describe("fluxion sample", () => {
  it("by the exact field ends on the data points, whichever solver", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "three.csv"), "-3,0\n3,0\n0,4\n");
    for (const solver of [[], ["--solver", "rk4", "--steps", "60"]]) {
      const { samples } = jsonOf(await fluxion(cwd, ["sample", "--data", "three.csv", "-n", "40", ...solver, "--json"])) as {
        samples: number[][];
      };
      for (const [x = 0, y = 0] of samples) {
        const distances = [Math.hypot(x + 3, y), Math.hypot(x - 3, y), Math.hypot(x, y - 4)];
        expect(Math.min(...distances)).toBeLessThan(1e-6); // the last step lands on the posterior mean
      }
      const share = samples.filter(([, y = 0]) => y > 2).length / 40;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 40)); // four standard errors of a share
    }
  });

  it("refuses options that contradict each other", async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await fluxion(emptyFolder(), ["sample", ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused("--data", "moons:9", "--steps", "3")).toContain(
      "dopri5 chooses its own steps; expected --rtol and --atol",
    );
    expect(await refused("--data", "moons:9", "--solver", "euler", "--rtol", "1")).toContain("the steps of euler are fixed");
    expect(await refused()).toContain("there is neither a run directory nor --data; expected one of them");
    expect(await refused("run", "--data", "moons:9")).toContain("there is both a run directory and --data");
  });
});

describe("fluxion likelihood", () => {
  it("agrees with a kernel density written out, and with its own transport", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "x.csv"), "0.5,0.25\n-1,2\n");
    const args = ["likelihood", "--data", "moons:30", "--bandwidth", "0.2", "--at", "x.csv", "--json"];
    const found = jsonOf(await fluxion(cwd, args)) as { closedForm: number[]; integrated: number[]; bitsPerDim: number[] };
    const { atoms } = loadData({ from: "moons:30", bandwidth: 0 }, { files: nodeFiles, cwd, seed: 0 });
    [
      [0.5, 0.25],
      [-1, 2],
    ].forEach(([x = 0, y = 0], b) => {
      let density = 0;
      for (let i = 0; i < 30; i++) {
        const square = (x - (atoms.points.data[2 * i] ?? 0)) ** 2 + (y - (atoms.points.data[2 * i + 1] ?? 0)) ** 2;
        density += Math.exp(-square / 0.08) / (2 * Math.PI * 0.04) / 30;
      }
      expect(found.closedForm[b]).toBeCloseTo(Math.log(density), 10);
      expect(found.bitsPerDim[b]).toBeCloseTo(-Math.log2(density) / 2, 10);
      expect(found.integrated[b]).toBeCloseTo(Math.log(density), 6); // the tolerance of the integration
    });
  });

  it("of a network integrates to one over a wide box", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "tiny.yaml"), `${TINY}`);
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "run"])).code).toBe(0);
    const side = 24;
    const cell = 12 / side;
    const grid = Array.from({ length: side * side }, (_, k) => [
      -6 + cell * ((k % side) + 0.5),
      -6 + cell * (Math.floor(k / side) + 0.5),
    ]);
    writeFileSync(join(cwd, "grid.csv"), grid.map((row) => row.join(",")).join("\n"));
    const { integrated } = jsonOf(await fluxion(cwd, ["likelihood", "run", "--at", "grid.csv", "--json"])) as {
      integrated: number[];
    };
    const mass = integrated.reduce((sum, v) => sum + Math.exp(v) * cell * cell, 0);
    // a barely trained network is smooth on the scale of a cell, where the midpoint rule errs by far less than this
    expect(Math.abs(mass - 1)).toBeLessThan(0.01);
  });
});

describe("fluxion eval", () => {
  it("measures the exact field's own limits: its samples are copies, and the excess is what the exact velocities say", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "tiny.yaml"), TINY.replace("steps: 12", "steps: 120"));
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "run"])).code).toBe(0);
    const found = jsonOf(await fluxion(cwd, ["eval", "run", "-n", "40", "--json"])) as {
      floor: number;
      loss: { mean: number; standardError: number };
      excess: { mean: number; standardError: number };
      memorised: { network: number; exact: number };
      excessByTime: { t: number; excess: number }[];
      w2: { network: number; exact: number; floor: number };
    };
    expect(found.memorised.exact).toBe(1);
    expect(found.excess.mean).toBeGreaterThan(0);
    const gap = found.loss.mean - found.floor - found.excess.mean;
    expect(Math.abs(gap)).toBeLessThan(5 * Math.hypot(found.loss.standardError, found.excess.standardError)); // L_CFM = V + excess, M8
    expect(found.excessByTime.every(({ excess }) => excess > 0)).toBe(true);
    expect(found.w2.network).toBeGreaterThan(found.w2.exact);
  });
});

describe("fluxion run on smoothed data", () => {
  it("says that the checks do not apply, and does the rest", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "kde.yaml"), TINY.replace("data: moons:40", "data: { from: moons:40, bandwidth: 0.2 }"));
    const { code, stderr } = await fluxion(cwd, ["run", "kde.yaml"]);
    expect(stderr).not.toContain("error:");
    expect(code).toBe(0);
    const verification = JSON.parse(readFileSync(join(cwd, "runs", "tiny", "verify.json"), "utf8"));
    expect(verification).toMatchObject({ passed: true, checks: [], skipped: [{ id: "all" }] });
  });
});
