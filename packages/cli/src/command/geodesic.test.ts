import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";

const quakes = ["--data", "earthquakes", "--path", "geodesic", "--quiet"];
const norm = (v: readonly number[]): number => Math.hypot(...v);

/** The JSON of a command on the earthquakes, with a file of three places: a quake's own, Japan, the Atlantic. */
async function ask(command: string, ...more: string[]): Promise<Record<string, unknown>> {
  const folder = emptyFolder();
  writeFileSync(join(folder, "x.csv"), "-118.6672,34.4945\n140,38\n-40,0\n");
  return jsonOf(await fluxion(folder, [command, ...quakes, "--json", ...more]));
}

describe("the earthquakes on the sphere", () => {
  it("field gives tangent velocities and densities that are higher where quakes are", async () => {
    const { values, manifold } = (await ask("field", "--t", "0.7", "--at", "x.csv", "--want", "velocity,logDensity")) as {
      values: { velocity: number[][]; logDensity: number[] };
      manifold: string;
    };
    expect(manifold).toBe("sphere:2");
    const degree = Math.PI / 180;
    [
      [-118.6672, 34.4945],
      [140, 38],
      [-40, 0],
    ].forEach(([longitude = 0, latitude = 0], b) => {
      const [l, p] = [longitude * degree, latitude * degree];
      const x = [Math.cos(p) * Math.cos(l), Math.cos(p) * Math.sin(l), Math.sin(p)];
      const u = values.velocity[b] ?? [];
      const along = x.reduce((sum, v, d) => sum + v * Number(u[d]), 0);
      expect(Math.abs(along)).toBeLessThan(1e-12 * (1 + norm(u)));
    });
    const [california = 0, japan = 0, atlantic = 0] = values.logDensity;
    expect(california).toBeGreaterThan(japan);
    expect(japan).toBeGreaterThan(atlantic);
    // At t = 0 the density is the uniform one of the sphere, 1/4π, everywhere.
    const start = (await ask("field", "--t", "0", "--at", "x.csv", "--want", "logDensity")) as {
      values: { logDensity: number[] };
    };
    for (const value of start.values.logDensity) expect(value).toBeCloseTo(-Math.log(4 * Math.PI), 10);
  });

  it("field prints null where the density is zero", async () => {
    const { values } = (await ask("field", "--t", "0.99", "--at", "x.csv", "--want", "logDensity")) as {
      values: { logDensity: (number | null)[] };
    };
    expect(values.logDensity.map((value) => value === null)).toEqual([false, expect.any(Boolean), true]);
  });

  it("sample ends on the sphere, the same for the same seed", async () => {
    const draw = () => ask("sample", "-n", "3", "--solver", "euler", "--steps", "30", "--seed", "4");
    const first = (await draw()) as { samples: number[][]; settled: number };
    expect(first.samples.length).toBe(3);
    for (const x of first.samples) expect(norm(x)).toBeCloseTo(1, 12);
    expect(await draw()).toEqual(first);
  });

  it("floor has a standard error, which four times the samples halve", async () => {
    const [few, many] = (await Promise.all(["32", "128"].map((samples) => ask("floor", "--samples", samples)))) as {
      floor: number;
      standardError: number;
    }[];
    const error = Math.hypot(few?.standardError ?? 0, many?.standardError ?? 0);
    expect(Math.abs((few?.floor ?? 0) - (many?.floor ?? 0))).toBeLessThan(5 * error);
    expect(many?.floor).toBeGreaterThan(0);
    expect(many?.standardError).toBeLessThan(few?.standardError ?? 0);
  });
});

describe("what a manifold has not", () => {
  const folder = emptyFolder();
  const refused = async (expected: string, ...args: string[]): Promise<void> => {
    const { code, stderr } = await fluxion(folder, args);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  };
  writeFileSync(join(folder, "x.csv"), "0,0,1\n");
  const field = ["field", ...quakes, "--t", "0.5", "--at", "x.csv"];

  it("is refused with what it has", async () => {
    await refused("Cannot use --want score with --path geodesic: expected velocity, logDensity", ...field, "--want", "score");
    await refused("Cannot use --top with --path geodesic", ...field, "--top", "3");
    await refused("Cannot use --exact with --path geodesic", "sample", ...quakes, "--exact");
    await refused("Cannot use --sampler sde with --path geodesic", "sample", ...quakes, "--sampler", "sde");
    await refused('Cannot give "earthquakes" a bandwidth', "floor", ...quakes, "--bandwidth", "0.1");
    await refused('the points of "moons:20" lie on no manifold', "floor", "--data", "moons:20", "--path", "geodesic");
  });

  it("and so are the earthquakes by what knows Gaussian paths alone", async () => {
    const sentence = 'Cannot use a Gaussian path: the points of "earthquakes" lie on the sphere; expected --path geodesic';
    for (const command of ["verify", "floor", "sample"]) await refused(sentence, command, "--data", "earthquakes");
    await refused(sentence, "field", "--data", "earthquakes", "--t", "0.5", "--at", "x.csv");
    await refused(sentence, "likelihood", "--data", "earthquakes", "--at", "x.csv");
  });
});
