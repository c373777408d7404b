import fc from "fast-check";
import { expect, test } from "vitest";
import { points, pointsOf, takeRows } from "../points/index.js";
import { normal, permutation, rngOf, uniform } from "../random/index.js";
import type { WeightedAtoms } from "./logits.js";
import { BLOCK, emptyScan, mergeScans, type ScanQuery, type ScanState, scanAtoms, scanBlock } from "./scan.js";

const EPS = Number.EPSILON;
const D = 3;
const B = 2;

const x = points(normal(rngOf(1), new Float64Array(B * D)), D);
const tangent = points(normal(rngOf(2), new Float64Array(B * D)), D);
const query: ScanQuery = { alpha: 0.6, variance: 0.09, spread: true, top: 4, tangent };

function atomsOf(N: number, key: number): WeightedAtoms {
  const raw = uniform(rngOf(key), new Float64Array(N));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return { points: points(normal(rngOf(key + 1), new Float64Array(N * D)), D), logWeights: raw.map((w) => Math.log(w / total)) };
}

/** Two states of the same atoms, up to the rounding of sums of N terms. */
function expectSame(p: ScanState, q: ScanState, N: number): void {
  const slack = 8 * N * EPS; // sums of N terms of size one, in two orders
  for (let b = 0; b < B; b++) {
    expect(p.top[b]).toBe(q.top[b]);
    expect(Math.abs(p.mass[b] / q.mass[b] - 1)).toBeLessThan(slack);
    expect(Math.abs(p.massSquared[b] / q.massSquared[b] - 1)).toBeLessThan(slack);
    expect(Math.abs(p.logitSum[b] - q.logitSum[b])).toBeLessThanOrEqual(slack * (Math.abs(q.logitSum[b]) + q.mass[b]));
    expect(Math.abs(p.spread[b] - q.spread[b])).toBeLessThanOrEqual(16 * slack * q.mass[b]);
    for (let d = b * D; d < (b + 1) * D; d++) {
      expect(Math.abs(p.mean.data[d] - q.mean.data[d])).toBeLessThanOrEqual(4 * slack);
      expect(Math.abs((p.tangent?.data[d] ?? 0) - (q.tangent?.data[d] ?? 1))).toBeLessThanOrEqual(64 * slack * q.mass[b]);
    }
  }
  expect(p.best.indices).toEqual(q.best.indices);
  expect(p.best.logits).toEqual(q.best.logits);
}

test("shards merge to the whole, wherever the data are cut and however the parts are joined", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 1000 }),
      (N, where, fromRight, key) => {
        const atoms = atomsOf(N, key);
        const cuts = [0, ...where.map((u) => Math.floor(u * N)).sort((p, q) => p - q), N]; // repeated cuts make empty shards
        const parts = cuts.slice(1).map((to, k) => scanBlock(atoms, x, query, cuts[k], to));
        const whole = scanBlock(atoms, x, query, 0, N);
        const empty = emptyScan(B, D, query);
        const joined = fromRight
          ? parts.reduceRight((right, part) => mergeScans(part, right, query), empty)
          : parts.reduce((left, part) => mergeScans(left, part, query), empty);
        expectSame(joined, whole, N);
      },
    ),
  );
});

test("the empty state is the identity of the merge, to the bit", () => {
  const state = scanBlock(atomsOf(20, 5), x, query, 0, 20);
  const empty = emptyScan(B, D, query);
  expect(mergeScans(empty, state, query)).toEqual(state);
  expect(mergeScans(state, empty, query)).toEqual(state);
  expect(mergeScans(empty, empty, query)).toEqual(empty);
});

test("a block without weight changes nothing", () => {
  const atoms = atomsOf(20, 6);
  const none: WeightedAtoms = { points: atoms.points, logWeights: new Float64Array(20).fill(-Infinity) };
  const state = scanBlock(atoms, x, query, 0, 20);
  expect(mergeScans(state, scanBlock(none, x, query, 0, 20), query)).toEqual(state);
});

test("a shard that is out of reach leaves the mean of the other to the bit", () => {
  const near = pointsOf([[1e-9, 2e-9, -3e-9]]);
  const far = pointsOf([[1e6, 1e6, 1e6]]);
  const one = (p: typeof near): WeightedAtoms => ({ points: p, logWeights: Float64Array.of(0) });
  const narrow = { ...query, alpha: 1, variance: 1e-6, tangent: undefined };
  const at = pointsOf([[0, 0, 0]]);
  const [p, q] = [scanBlock(one(near), at, narrow, 0, 1), scanBlock(one(far), at, narrow, 0, 1)];
  expect(mergeScans(q, p, narrow).mean).toEqual(near);
  expect(mergeScans(p, q, narrow).mean).toEqual(near);
});

test("a scan of several blocks is the scan of one, and the order of the atoms does not matter", () => {
  const N = 2 * BLOCK + 37;
  const atoms = atomsOf(N, 7);
  const whole = scanAtoms(atoms, x, query);
  expectSame(whole, scanBlock(atoms, x, query, 0, N), N);
  const order = permutation(rngOf(8), N);
  const shuffled = {
    points: takeRows(atoms.points, order),
    logWeights: Float64Array.from(order, (i) => atoms.logWeights[i]),
  };
  const other = scanAtoms(shuffled, x, query);
  const back = { ...other.best, indices: other.best.indices.map((k) => order[k]) };
  expectSame({ ...other, best: back }, whole, N);
});

test("an atom has the same logit wherever it stands in a block", () => {
  const z = [0.3, -1.7, 0.9];
  for (let N = 1; N <= 9; N++) {
    const same: WeightedAtoms = { points: pointsOf(Array.from({ length: N }, () => z)), logWeights: new Float64Array(N) };
    const { mass, best } = scanBlock(same, x, { ...query, top: 9 }, 0, N);
    expect([...mass]).toEqual([N, N]);
    expect([...best.indices.subarray(0, N)]).toEqual([...Array(N).keys()]);
  }
});
