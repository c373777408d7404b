import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";

interface Likelihoods {
  readonly closedForm: number[];
  readonly integrated: number[];
  readonly standardError?: number[];
  readonly bitsPerDim: number[];
}

describe("fluxion likelihood --divergence", () => {
  const args = ["likelihood", "--data", "moons:20", "--bandwidth", "0.4", "--at", "x.csv", "--json", "--quiet"];
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "x.csv"), "0.5,0.2\n-0.4,0.9\n1,-0.3\n");
  const run = async (...more: string[]): Promise<Likelihoods> =>
    jsonOf(await fluxion(cwd, [...args, ...more])) as unknown as Likelihoods;

  it("hutchinson is within its standard errors of the closed form, and hutch++ over both directions on it", async () => {
    const found = await run("--divergence", "hutchinson", "--probes", "12", "--seed", "5");
    for (const [b, v] of found.integrated.entries()) {
      // Student with 11 degrees of freedom: beyond 6 once in 10,000
      expect(Math.abs(v - (found.closedForm[b] ?? 0))).toBeLessThan(6 * (found.standardError?.[b] ?? 0));
    }
    const plus = await run("--divergence", "hutch++", "--probes", "2");
    for (const [b, v] of plus.integrated.entries()) expect(v).toBeCloseTo(plus.closedForm[b] ?? 0, 5);
    expect((await run("--divergence", "hutchinson", "--probes", "1")).standardError).toBeUndefined();
  });

  it("counts bits of levels of a width", async () => {
    const [plain, levels] = [await run(), await run("--level-width", "0.25")];
    for (const [b, v] of plain.bitsPerDim.entries()) expect((levels.bitsPerDim[b] ?? 0) - v).toBeCloseTo(2, 12);
  });

  it("refuses probes of an exact divergence", async () => {
    const { code, stderr } = await fluxion(cwd, [...args, "--probes", "4"]);
    expect(code).toBe(2);
    expect(stderr).toContain("an exact divergence has none");
  });
});
