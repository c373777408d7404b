import {
  atomPath,
  atoms,
  condOt,
  type Points,
  pointsOf,
  rngOf,
  type Scheduler,
  type Verification,
  verify,
  vp,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { reasonsZh, statementsZh, tolerancesZh } from "./statements.js";

async function verification(scheduler: Scheduler, data: Points): Promise<Verification> {
  const checks = verify(atomPath(scheduler, atoms(data)), { rng: rngOf(0), probes: 1, trajectories: 4, floorDraws: 50 });
  for (;;) {
    const next = await checks.next();
    if (next.done) return next.value;
  }
}

const plane = await verification(
  condOt(),
  pointsOf([
    [0, 0],
    [1, 0],
    [0, 1],
  ]),
);
const line = await verification(vp(), pointsOf([[-1], [0.5], [1]]));

/** Numbers of three digits and more, and powers of ten. */
const numbersIn = (text: string): string[] => text.match(/\d{3,}|10[⁻⁰¹²³⁴-⁹]+/g) ?? [];

describe("the Chinese of the checks", () => {
  it("has the statement and the tolerance of every check, and of no other", () => {
    const ids = plane.checks.map(({ id }) => id).sort();
    expect(ids.length).toBeGreaterThan(20);
    expect(Object.keys(statementsZh).sort()).toEqual(ids);
    expect(Object.keys(tolerancesZh).sort()).toEqual(ids);
  });

  it("is Chinese, in Chinese punctuation", () => {
    for (const text of [statementsZh, tolerancesZh, reasonsZh].flatMap((texts) => Object.values(texts))) {
      expect(text).not.toMatch(/[a-z]{3,} [a-z]{3,}/); // words; formulas have "log p" and "tr Cov"
      expect(text).not.toMatch(/\p{Script=Han}[,;:(]|[,;:)]\p{Script=Han}/u);
    }
  });

  it("names the numbers that the tolerance itself names", () => {
    for (const { id, toleranceFrom } of plane.checks) {
      const known = numbersIn(toleranceFrom);
      for (const found of numbersIn(tolerancesZh[id] ?? "")) expect(known, `${id}: ${found}`).toContain(found);
    }
  });

  it("has the reason of every check that can be skipped", () => {
    expect(plane.skipped).toEqual([]);
    expect(line.skipped.map(({ id }) => id).sort()).toEqual(["gap", "m10-area"]);
    for (const { id } of line.skipped) expect(reasonsZh).toHaveProperty([id]);
  });
});
