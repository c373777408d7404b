/** What Fluxion promises of the 1,797 digits under condOt, on the real data. */
import { readFileSync } from "node:fs";
import {
  type AtomPath,
  atomPath,
  atoms,
  type Check,
  condOt,
  floorOf,
  fork,
  points,
  rngOf,
  schedulerNamed,
  type Verification,
  verify,
} from "@fluxion/core";
import { readCsv } from "@fluxion/io";
import { beforeAll, describe, expect, it } from "vitest";

const file = new URL("../packages/cli/data/digits.csv.gz", import.meta.url);
const { data, columns } = readCsv(readFileSync(file), { labelColumn: "last" });
const path = atomPath(
  condOt(),
  atoms(
    points(
      data.map((v) => v / 8 - 1),
      columns,
    ),
  ),
);

async function verified(onPath: AtomPath): Promise<Verification> {
  const rng = rngOf(0);
  const floor = floorOf(onPath, { rng: fork(rng, "floor"), samples: 192 });
  const steps = verify(onPath, { rng, floor, trajectories: 48 });
  let next = await steps.next();
  while (!next.done) next = await steps.next();
  return next.value;
}

describe("the digits under condOt", () => {
  let whole: Verification;
  const check = (id: string): Check => {
    const found = whole.checks.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no check ${id}`);
    return found;
  };

  beforeAll(async () => {
    whole = await verified(path);
  });

  it("are 1,797 distinct points of dimension 64 with grey levels in [−1, 1]", () => {
    expect(path.atoms.points).toMatchObject({ size: 1797, dim: 64 });
    expect(path.atoms.merged).toBe(0);
    expect([Math.min(...path.atoms.points.data), Math.max(...path.atoms.points.data)]).toEqual([-1, 1]);
  });

  it("pass every check of the derivation", () => {
    expect(whole.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(whole.skipped).toEqual([]);
  });

  it("have a continuity residual of at most 1e-7, relative", () => {
    expect(check("m4-marginal").residual).toBeLessThanOrEqual(1e-7);
  });

  it("have an area under the posterior covariance of log N within four standard errors", () => {
    const { area, quadratureError } = whole.floor;
    expect(Math.abs((area?.mean ?? 0) - Math.log(1797))).toBeLessThan(4 * (area?.standardError ?? 0) + quadratureError);
  });

  it("have the same floor by quadrature and by Monte Carlo within three standard errors", () => {
    expect(check("m8-floor").residual).toBeLessThanOrEqual(3);
  });

  it("have a log-density by transport that matches the closed form to 1e-6", () => {
    expect(check("likelihood").residual).toBeLessThanOrEqual(1e-6);
  });
});

describe("the digits under other schedulers", () => {
  it.for(["cosine", "vp", "linearVp", "squareRoot", "polynomial:3"])(
    "pass every check of the derivation under %s",
    async (name, { skip }) => {
      skip(process.env.FLUXION_TEST_ALL !== "1", "slow, some 15 s each: npm run test:all");
      const { checks } = await verified(atomPath(schedulerNamed(name), path.atoms));
      expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    },
  );
});
