import { describe, expect, it } from "vitest";
import { atoms, gaussianSource, moons } from "../distribution/index.js";
import { atomPath } from "../field/index.js";
import { pointsOf } from "../points/index.js";
import { rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, polynomial, squareRoot, vp } from "../scheduler/index.js";
import { type Check, checkIds, type Verification, type VerifyOptions, verify } from "./index.js";

async function run(path: Parameters<typeof verify>[0], options: Partial<VerifyOptions> = {}): Promise<[Check[], Verification]> {
  const steps = verify(path, { rng: rngOf(1), probes: 2, trajectories: 48, ...options });
  const seen: Check[] = [];
  for (;;) {
    const next = await steps.next();
    if (next.done) return [seen, next.value];
    seen.push(next.value);
  }
}

describe("verify", () => {
  it("passes every check on moons, yields each as it ends, and gives the same numbers for the same key", async () => {
    const path = atomPath(condOt(), atoms(moons(rngOf(2), 150)));
    const [seen, whole] = await run(path);
    expect(whole.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(whole).toMatchObject({ passed: true, skipped: [] });
    expect(seen).toEqual(whole.checks);
    expect(seen.map(({ id }) => id)).toEqual(checkIds);
    expect(new Set(checkIds).size).toBe(checkIds.length);
    expect((await run(path))[1].checks).toEqual(whole.checks);
  });

  it.for([cosine(), linearVp(), squareRoot(), vp(), polynomial(3), condOt({ sigmaMin: 0.1 })])(
    "passes every check on five points and on moons under $name",
    async (scheduler) => {
      const five = pointsOf([
        [1, 2],
        [-1, 0.5],
        [0.3, 0.2],
        [2, 2],
        [-1, -1],
      ]);
      for (const data of [five, moons(rngOf(2), 100)]) {
        const [, { checks }] = await run(atomPath(scheduler, atoms(data)));
        expect(checks.filter(({ passed }) => !passed)).toEqual([]);
      }
    },
  );

  it("says which checks do not apply: the gap in one dimension, the area under a scheduler that starts with signal", async () => {
    const [, { skipped, passed }] = await run(atomPath(vp(), atoms(pointsOf([[-1], [0.2], [2]]))));
    expect(passed).toBe(true);
    expect(skipped.map(({ id }) => id)).toEqual(["m10-area", "gap"]);
  });

  it("checks the gradient of the network that it is given", async () => {
    const biased = (_: Float64Array, x: { size: number }, target: { data: Float64Array }): Float64Array =>
      Float64Array.of(target.data.reduce((sum, v) => sum + v * v, 0) / x.size); // quadratic in the target: no loss gradient is
    const [, { checks }] = await run(atomPath(condOt(), atoms(moons(rngOf(2), 60))), { gradient: biased });
    expect(checks.find(({ id }) => id === "m8-gradient-network")).toMatchObject({ passed: false });
  });

  it("refuses smoothed data, whose components it could not enumerate as points, and another source than N(0, I)", async () => {
    const data = atoms(moons(rngOf(2), 20));
    await expect(run(atomPath(condOt(), data, { bandwidth: 0.1 }))).rejects.toThrow(
      "Cannot verify the derivation: the data are smoothed with bandwidth 0.1; expected atoms",
    );
    const source = gaussianSource({ variances: [1, 4] });
    await expect(run(atomPath(condOt(), data, { source }))).rejects.toThrow(
      "Cannot verify the derivation: the source is not N(0, I); expected the source of its conditional paths",
    );
  });
});
