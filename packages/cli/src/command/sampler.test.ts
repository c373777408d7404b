import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf, TINY } from "../../../../tests/cli/harness.js";

interface Sampled {
  readonly samples: number[][];
  readonly nfe: number;
  readonly solver: string;
}

const args = ["sample", "--data", "moons:40", "-n", "6", "--seed", "3", "--json", "--quiet"];
const run = async (...more: string[]): Promise<Sampled> =>
  jsonOf(await fluxion(emptyFolder(), [...args, ...more])) as unknown as Sampled;
const apart = (a: number[][], b: number[][]): number =>
  Math.max(...a.flat().map((v, at) => Math.abs(v - (b.flat()[at] ?? Number.NaN))));

describe("fluxion sample --sampler", () => {
  it.each(["ddim", "dpm++2m", "unipc"])(
    "%s ends where the flow of the same noise ends, one evaluation a step",
    async (sampler) => {
      const flow = await run("--rtol", "1e-8", "--atol", "1e-10");
      const found = await run("--sampler", sampler, "--steps", sampler === "ddim" ? "300" : "100");
      expect(found.nfe).toBe(sampler === "ddim" ? 300 : 100);
      expect(found.solver).toContain(sampler);
      // both end at data points, and no trajectory of this seed is so near a boundary that steps of 1/100 change its end
      expect(apart(found.samples, flow.samples)).toBeLessThan(1e-3);
    },
  );

  it("sde ends at data points too, and without noise is ddim", async () => {
    const still = await run("--sampler", "sde", "--diffusion", "none", "--steps", "40");
    const ddim = await run("--sampler", "ddim", "--steps", "40");
    expect(apart(still.samples, ddim.samples)).toBeLessThan(1e-9);
    const noisy = await run("--sampler", "sde", "--steps", "40", "--path", "cosine");
    expect(noisy.solver).toBe("sde with diffusion noise, 40 steps");
    expect(apart(noisy.samples, ddim.samples)).toBeGreaterThan(0.1);
  });

  it("samples a network too: unipc ends where dopri5 of the same noise ends, and sde keeps to finite points", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "tiny.yaml"), TINY);
    expect((await fluxion(cwd, ["train", "tiny.yaml", "--out", "run"])).code).toBe(0);
    const by = async (...more: string[]): Promise<Sampled> =>
      jsonOf(await fluxion(cwd, ["sample", "run", "-n", "6", "--seed", "3", "--json", "--quiet", ...more])) as unknown as Sampled;
    const flow = await by("--rtol", "1e-5", "--atol", "1e-5");
    const unipc = await by("--sampler", "unipc", "--steps", "200");
    // float32 velocities of a barely trained network, which is no denoiser: its last step from s = 200 moves by 1/200 of the error
    expect(apart(unipc.samples, flow.samples)).toBeLessThan(0.05);
    const noisy = await by("--sampler", "sde", "--diffusion", "sine:0.5", "--steps", "30");
    expect(noisy.nfe).toBe(30);
    expect(noisy.samples.flat().every(Number.isFinite)).toBe(true);
    writeFileSync(join(cwd, "x.csv"), "0.5,0.2\n-0.4,0.9\n");
    const densities = async (...more: string[]): Promise<number[]> => {
      const found = jsonOf(await fluxion(cwd, ["likelihood", "run", "--at", "x.csv", "--json", "--quiet", ...more]));
      return (found as unknown as { integrated: number[] }).integrated;
    };
    // Hutch++ over both directions of the plane estimates nothing; the solver's tolerance is 1e-5
    const [exact, plus] = [await densities(), await densities("--divergence", "hutch++", "--probes", "1")];
    for (const [b, v] of plus.entries()) expect(v).toBeCloseTo(exact[b] ?? 0, 3);
  });

  it("says which options do not go together", async () => {
    for (const [more, message] of [
      [["--diffusion", "noise"], /only --sampler sde has one/],
      [["--sampler", "ddim", "--solver", "rk4"], /expected --steps alone/],
      [["--sampler", "sde", "--exact"], /expected --steps alone/],
      [["--sampler", "sde", "--diffusion", "loud"], /no such schedule/],
    ] as const) {
      const { code, stderr } = await fluxion(emptyFolder(), [...args, ...more]);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    }
  });
});
