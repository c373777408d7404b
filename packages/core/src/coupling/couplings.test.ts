import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { points, pointsOf } from "../points/index.js";
import { fork, integers, normal, rngOf } from "../random/index.js";
import { assignment } from "./assignment.js";
import { conditionCoupling, conditionWeight } from "./condition-coupling.js";
import type { CouplingEnds } from "./coupling.js";
import { otCoupling, partialCoupling, schrodingerBridgeCoupling, sinkhornCoupling } from "./couplings.js";
import { labelCoupling } from "./label-coupling.js";
import { couplingNamed } from "./named-coupling.js";
import { squaredDistances } from "./squared-distances.js";
import type { CoupledRows } from "./transport-plan.js";

const batch = (n: number, seed = 1, classes = 3): CouplingEnds & { readonly labels: Uint32Array } => ({
  x0: points(normal(fork(rngOf(seed), 0), new Float64Array(2 * n)), 2),
  x1: points(normal(fork(rngOf(seed), 1), new Float64Array(2 * n)), 2),
  labels: integers(fork(rngOf(seed), 2), classes, new Uint32Array(n)),
});

const costOf = ({ x0, x1 }: CouplingEnds, { rows0, rows1 }: CoupledRows): number => {
  const cost = squaredDistances(x0, x1);
  return rows0.reduce((sum, i, k) => sum + cost[i * x1.size + rows1[k]], 0);
};

const sorted = (rows: Uint32Array): number[] => [...rows].sort((a, b) => a - b);
const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test("independent, transport, Sinkhorn by rows and C²OT keep every row of x0 once and in order", () => {
  const ends = batch(20);
  for (const text of ["independent", "ot", "sinkhorn:0.5", "schrodingerBridge:1", "c2ot", "c2ot:3"]) {
    const { rows0, rows1 } = couplingNamed(text).couple(ends, rngOf(1));
    expect([...rows0], text).toEqual(all(20));
    if (!text.includes("in")) expect(sorted(rows1), text).toEqual(all(20));
  }
});

test("pairs of a sharp Sinkhorn plan are those of transport, and those of a blunt one cost what independent pairs do", () => {
  const ends = batch(30);
  // The permutation has all but e^(−gap/ε) of the plan, with a gap of 0.05 or more between the two best permutations.
  const sharp = sinkhornCoupling({ epsilon: 1e-3, maxIterations: 1e5 }).couple(ends, rngOf(1));
  expect([...sharp.rows1]).toEqual([...otCoupling().couple(ends, rngOf(1)).rows1]);
  const blunt = sinkhornCoupling({ epsilon: 1e6, draw: "pairs" });
  const mean = costOf(ends, {
    rows0: new Uint32Array(900).map((_, k) => Math.floor(k / 30)),
    rows1: new Uint32Array(900).map((_, k) => k % 30),
  });
  const costs = Array.from({ length: 200 }, (_, k) => costOf(ends, blunt.couple(ends, rngOf(k))));
  const average = costs.reduce((sum, c) => sum + c, 0) / 200;
  const variance = costs.reduce((sum, c) => sum + (c - average) ** 2, 0) / 199;
  expect(Math.abs(average - mean / 30)).toBeLessThan(5 * Math.sqrt(variance / 200));
});

test("the bridge of σ is the entropic plan of ε = 2σ², and costs in units of the largest scale ε with them", () => {
  const ends = batch(12);
  const of = (coupling: { couple: (e: CouplingEnds, r: ReturnType<typeof rngOf>) => CoupledRows }) => [
    ...coupling.couple(ends, rngOf(3)).rows1,
  ];
  expect(of(schrodingerBridgeCoupling(0.6))).toEqual(of(sinkhornCoupling({ epsilon: 2 * 0.6 ** 2 })));
  const largest = Math.max(...squaredDistances(ends.x0, ends.x1));
  expect(of(sinkhornCoupling({ epsilon: 0.1, normaliseCost: true }))).toEqual(of(sinkhornCoupling({ epsilon: 0.1 * largest })));
});

test("in part, the share of rows with the least costs is paired; relaxed marginals leave out a far row", () => {
  const x0 = pointsOf([[0], [1], [2], [100]]);
  const x1 = pointsOf([[-50], [2.1], [1.1], [0.1]]);
  const { rows0, rows1 } = partialCoupling(0.75).couple({ x0, x1 }, rngOf(1));
  expect([[...rows0], [...rows1]]).toEqual([
    [0, 1, 2],
    [3, 2, 1],
  ]);
  const drawn = sinkhornCoupling({ epsilon: 0.1, marginalPenalty: 1 }).couple({ x0, x1 }, rngOf(1));
  expect([...drawn.rows0]).not.toContain(3);
  expect([...drawn.rows1]).not.toContain(0);
});

describe("C²OT", () => {
  test("with w = ∞ no pair mixes labels, and among such couplings it costs the least", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(500), (n, seed) => {
        const ends = batch(n, seed);
        const { rows0, rows1 } = labelCoupling().couple(ends, rngOf(1));
        expect(sorted(rows1)).toEqual(all(n));
        rows0.forEach((i, k) => {
          expect(ends.labels[rows1[k]]).toBe(ends.labels[i]);
        });
        // A finite weight above every possible saving is the same problem as one assignment.
        const heavy = labelCoupling(1e6).couple(ends, rngOf(1));
        expect(Math.abs(costOf(ends, heavy) - costOf(ends, { rows0, rows1 }))).toBeLessThan(1e-9 * n);
      }),
      { numRuns: 50 },
    );
  });

  test("with w = 0 it is transport, and more weight never mixes more labels nor costs less", () => {
    const ends = batch(50);
    expect([...labelCoupling(0).couple(ends, rngOf(1)).rows1]).toEqual([...otCoupling().couple(ends, rngOf(1)).rows1]);
    let [before, mixedBefore] = [0, Infinity];
    for (const weight of [0, 0.1, 0.5, 2, 10, Infinity]) {
      const rows = labelCoupling(weight).couple(ends, rngOf(1));
      const mixed = rows.rows0.reduce((sum, i, k) => sum + Number(ends.labels[i] !== ends.labels[rows.rows1[k]]), 0);
      expect(mixed).toBeLessThanOrEqual(mixedBefore);
      expect(costOf(ends, rows)).toBeGreaterThanOrEqual(before - 1e-9);
      [before, mixedBefore] = [costOf(ends, rows), mixed];
    }
  });

  test("the adaptive weight is the largest that leaves the share of candidates", () => {
    const n = 30;
    const ends = batch(n);
    const cost = squaredDistances(ends.x0, ends.x1);
    const apart = squaredDistances(ends.x1, ends.x1);
    const share = (w: number) =>
      cost.reduce((sum, c, at) => sum + Number(c + w * apart[at] <= cost[Math.floor(at / n) * (n + 1)]), 0) / (n * n);
    for (const candidates of [0.05, 0.1, 0.3]) {
      const w = conditionWeight(cost, apart, n, candidates);
      // The cell that decides sits on the boundary, where rounding may put it on either side.
      expect(share(w * (1 - 1e-12))).toBeGreaterThanOrEqual(candidates);
      expect(share(w * (1 + 1e-12))).toBeLessThan(candidates);
    }
    expect(conditionWeight(cost, apart, n, 1)).toBe(0);
    expect(conditionWeight(cost, apart, n, 1 / n)).toBe(Infinity); // the diagonal alone
  });

  test("labels as one-hot conditions are the labels: 1 − cos is [labels differ], ‖·‖² twice that", () => {
    const ends = batch(25);
    const conditions = pointsOf(Array.from(ends.labels, (c) => [0, 1, 2].map((k) => Number(k === c))));
    for (const weight of [0.3, 2]) {
      const want = [...labelCoupling(weight).couple(ends, rngOf(1)).rows1];
      expect([...conditionCoupling({ weight }).couple({ ...ends, conditions }, rngOf(1)).rows1]).toEqual(want);
      const halved = conditionCoupling({ weight: weight / 2, metric: "squared" });
      expect([...halved.couple({ ...ends, conditions }, rngOf(1)).rows1]).toEqual(want);
    }
    const apart = conditionCoupling({ candidates: 1 / 25 }).couple({ ...ends, conditions }, rngOf(1));
    expect([...apart.rows1]).toEqual([...labelCoupling().couple(ends, rngOf(1)).rows1]);
  });
});

test("names build the couplings that carry them", () => {
  for (const text of [
    "independent",
    "ot",
    "sinkhorn:0.05",
    "unbalanced:0.05,1",
    "partial:0.9",
    "c2ot",
    "c2ot:10",
    "schrodingerBridge:1",
  ]) {
    expect(couplingNamed(text).name).toBe(text);
  }
  expect(conditionCoupling({ candidates: 0.1 }).name).toBe("condition:candidates,0.1,cosine");
  expect(() => couplingNamed("emd")).toThrow(/no such coupling; expected one of independent, ot, sinkhorn/);
  expect(() => couplingNamed("sinkhorn")).toThrow(/it has 0 parameters; expected 1 after "sinkhorn"/);
  expect(() => couplingNamed("sinkhorn:x")).toThrow(SyntaxError);
});

test("batches and numbers that do not fit are refused", () => {
  const ends = batch(4);
  const three = batch(3).x1;
  expect(() => otCoupling().couple({ x0: ends.x0, x1: three }, rngOf(1))).toThrow(
    "Cannot couple the batches: x0 is [4, 2], x1 is [3, 2]; expected equal shapes of at least 1 row",
  );
  expect(() => labelCoupling().couple({ ...ends, labels: [1] }, rngOf(1))).toThrow(/1 labels for 4 rows/);
  expect(() => otCoupling().couple({ ...ends, conditions: three }, rngOf(1))).toThrow(
    /3 conditions for 4 rows; expected one each/,
  );
  expect(() => labelCoupling().couple({ x0: ends.x0, x1: ends.x1 }, rngOf(1))).toThrow(/there are no labels/);
  expect(() => conditionCoupling({ weight: 1 }).couple(ends, rngOf(1))).toThrow(/there are no conditions/);
  expect(() =>
    conditionCoupling({ weight: 1 }).couple({ ...ends, conditions: pointsOf([[0], [1], [1], [1]]) }, rngOf(1)),
  ).toThrow(/condition 0 has length 0/);
  expect(() => labelCoupling(-1)).toThrow(/the weight is -1/);
  expect(() => conditionCoupling({ candidates: 0 })).toThrow(/candidates is 0; expected a share in \(0, 1\]/);
  expect(() => conditionWeight(new Float64Array(1), new Float64Array(1), 2, 0.5)).toThrow(/expected \[n, n\] matrices/);
  expect(() => sinkhornCoupling({ epsilon: -1 })).toThrow(/ε is -1, the penalties of the marginals are Infinity and Infinity/);
  expect(() => sinkhornCoupling({ epsilon: 1, marginalPenalty: [1, 0] })).toThrow(/expected a finite ε > 0 and penalties > 0/);
  expect(() => partialCoupling(0)).toThrow(/the share is 0/);
  expect(() => schrodingerBridgeCoupling(0)).toThrow(/σ is 0/);
  expect(assignment(squaredDistances(ends.x0, ends.x1), 4).columnOfRow).toEqual(otCoupling().couple(ends, rngOf(1)).rows1);
});
