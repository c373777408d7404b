import { describe, expect, test } from "vitest";
import { posteriorSuite } from "../../../../conformance/posterior.js";
import { onPath, problem } from "../../../../conformance/posterior-problems.js";
import { expectContinuity, expectJacobian, expectScore } from "../../../../tests/support/field-laws.js";
import { atoms } from "../distribution/index.js";
import { atomPosterior, marginalField, type WeightedAtoms } from "../field/index.js";
import { pointsOf, row } from "../points/index.js";
import { condOt } from "../scheduler/index.js";
import { memberPosterior } from "./member-posterior.js";
import { classMembers, membersOf, membersWithout } from "./members.js";

posteriorSuite(
  "all atoms as members",
  (all, options) =>
    memberPosterior(
      all,
      membersOf(all, () => 1),
      options,
    ),
  { tolerance: 1e-13, bandwidths: [0, 0.35] },
);

/** The same condition as a data set in which the other atoms weigh nothing: a second way to say it. */
const withZeros = (all: WeightedAtoms, members: { indices: Int32Array; logWeights: Float64Array }): WeightedAtoms => {
  const logWeights = new Float64Array(all.points.size).fill(-Infinity);
  members.indices.forEach((i, k) => {
    logWeights[i] = members.logWeights[k];
  });
  return { points: all.points, logWeights };
};

describe("the posterior over some atoms", () => {
  const { atoms: all } = problem(60, 3, 5);
  const members = membersOf(all, (i) => (i % 3 === 1 ? 1 : 0));

  test.each([0, 0.3])("is that of the data in which the others weigh nothing, width %d", (bandwidth) => {
    const found = memberPosterior(all, members, { bandwidth });
    const want = atomPosterior(withZeros(all, members), { bandwidth });
    for (const t of [0.05, 0.4, 0.8, 0.99]) {
      const at = { alpha: t, beta: 1 - t };
      const x = onPath(all, at, 6, 8);
      const options = { spread: true, top: 25, tangent: x };
      const [p, q] = [found.evaluate(x, at, options), want.evaluate(x, at, options)];
      expect([...p.top.indices]).toEqual([...q.top.indices]); // 20 members: the last five of 25 are −1
      expect(p.top.count).toBe(25);
      // Blocks begin at other atoms, so sums round in another order; the second moments are divided by β² = 1e-4.
      const near = (a: ArrayLike<number> = [], b: ArrayLike<number> = []): void => {
        expect(a.length).toBe(b.length);
        for (let i = 0; i < a.length; i++)
          expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual((1e-12 * (1 + Math.abs(b[i]))) / at.beta ** 2);
      };
      near(p.logDensity, q.logDensity);
      near(p.denoiser.data, q.denoiser.data);
      near(p.entropy, q.entropy);
      near(p.spread?.traceCov, q.spread?.traceCov);
      near(p.tangent?.denoiser.data, q.tangent?.denoiser.data);
      near(found.weights(x, at), want.weights(x, at));
    }
  });

  test("has weights that sum to one over the members and are zero elsewhere", () => {
    const at = { alpha: 0.5, beta: 0.5 };
    const x = onPath(all, at, 4, 9);
    const weights = memberPosterior(all, members).weights(x, at);
    for (let b = 0; b < 4; b++) {
      const own = weights.subarray(b * 60, (b + 1) * 60);
      expect(Math.abs(own.reduce((sum, w) => sum + w, 0) - 1)).toBeLessThan(1e-14);
      own.forEach((w, i) => void (i % 3 === 1 || expect(w).toBe(0)));
    }
  });

  test("gives a field with the calculus of one, that transports the density of its members", () => {
    const field = marginalField(condOt(), memberPosterior(all, members));
    const x = onPath(all, { alpha: 0.5, beta: 0.5 }, 3, 10);
    expectScore(field, 0.5, x);
    expectJacobian(field, 0.5, x);
    expectContinuity(field, 0.5, x);
  });

  test("ends on the nearest member", () => {
    const z = pointsOf([[0], [1], [2]]);
    const limit = memberPosterior(
      { points: z, logWeights: new Float64Array(3).fill(-Math.log(3)) },
      {
        indices: Int32Array.of(1, 2),
        logWeights: Float64Array.of(Math.log(0.5), Math.log(0.5)),
      },
    ).limit(pointsOf([[-3]]), 3);
    expect([...limit.denoiser.data, ...limit.top.indices]).toEqual([1, 1, -1, -1]);
    expect(limit.top.count).toBe(3);
  });

  test("indices that do not increase, or are no atoms, are refused", () => {
    for (const indices of [[1, 1], [2, 1], [-1], [60]]) {
      const logWeights = new Float64Array(indices.length).fill(-Math.log(indices.length));
      expect(() => memberPosterior(all, { indices: Int32Array.from(indices), logWeights })).toThrow(/^Cannot condition on atoms/);
    }
  });
});

describe("members", () => {
  test("the classes of a data set are its parts: shares sum to one, and so does the posterior by total probability", () => {
    const { atoms: all } = problem(40, 2, 3);
    const data = atoms(all.points, all.logWeights.map(Math.exp));
    const labels = Array.from({ length: 40 }, (_, r) => "abc"[(r * r) % 3]);
    const at = { alpha: 0.4, beta: 0.6 };
    const x = onPath(all, at, 5, 4);
    const whole = atomPosterior(data).evaluate(x, at);
    const density = new Float64Array(5);
    const mean = new Float64Array(10);
    let total = 0;
    for (const label of new Set(labels)) {
      const members = classMembers(data, labels, label);
      const part = memberPosterior(data, members).evaluate(x, at);
      const share = Math.exp(members.logShare);
      total += share;
      for (let b = 0; b < 5; b++) {
        const joint = share * Math.exp(part.logDensity[b]);
        density[b] += joint;
        row(part.denoiser, b).forEach((v, d) => {
          mean[2 * b + d] += joint * v;
        });
      }
    }
    expect(Math.abs(total - 1)).toBeLessThan(1e-14);
    for (let b = 0; b < 5; b++) {
      expect(Math.abs(density[b] / Math.exp(whole.logDensity[b]) - 1)).toBeLessThan(1e-13);
      for (let d = 0; d < 2; d++) expect(Math.abs(mean[2 * b + d] / density[b] - row(whole.denoiser, b)[d])).toBeLessThan(1e-13);
    }
  });

  test("equal rows of two classes share the weight of their atom", () => {
    const data = atoms(pointsOf([[0], [0], [0], [1]]));
    const { indices, logWeights, logShare } = classMembers(data, [7, 7, 8, 7], 7);
    expect([...indices]).toEqual([0, 1]);
    expect(Math.exp(logShare)).toBeCloseTo(0.75, 15);
    expect([...logWeights].map(Math.exp)).toEqual([expect.closeTo(2 / 3, 15), expect.closeTo(1 / 3, 15)]);
  });

  test("a class without rows, a wrong number of labels, an atom that is not there and an empty rest are refused", () => {
    const data = atoms(pointsOf([[0], [1]]));
    expect(() => classMembers(data, ["a", "b"], "c")).toThrow(
      'Cannot condition on class "c": no atom of positive weight is in it; expected at least 1',
    );
    expect(() => classMembers(data, ["a"], "a")).toThrow(/there are 1 labels for 2 rows; expected one each$/);
    expect(() => membersWithout(data, [2])).toThrow("Cannot leave out atom 2: there are 2 atoms; expected an index below that");
    expect(() => membersWithout(data, [0, 1])).toThrow(/what is left/);
    expect(() => membersOf(data, () => 2)).toThrow(/the share of atom 0 is 2; expected one in \[0, 1\]$/);
  });

  test("without some atoms the posterior is renormalised over the rest", () => {
    const { atoms: all } = problem(12, 2, 6);
    const at = { alpha: 0.6, beta: 0.4 };
    const x = onPath(all, at, 3, 7);
    const whole = atomPosterior(all).weights(x, at);
    const rest = memberPosterior(all, membersWithout(all, [3, 5, 5])).weights(x, at);
    for (let b = 0; b < 3; b++) {
      const left = 1 - whole[12 * b + 3] - whole[12 * b + 5];
      for (let i = 0; i < 12; i++) {
        const want = i === 3 || i === 5 ? 0 : whole[12 * b + i] / left;
        expect(Math.abs(rest[12 * b + i] - want)).toBeLessThan(1e-13);
      }
    }
  });
});
