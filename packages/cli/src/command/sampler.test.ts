import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";

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
