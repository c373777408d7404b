import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { equalWeights, onPath, problem } from "../../../../conformance/posterior-problems.js";
import { atomPosterior } from "../field/index.js";
import { points, pointsOf, row, rows, takeRows } from "../points/index.js";
import { permutation, rngOf } from "../random/index.js";
import { leaveOneOut } from "./leave-one-out.js";
import { leaveOneOutLogLikelihood } from "./leave-one-out-likelihood.js";
import { memberPosterior } from "./member-posterior.js";
import { membersWithout } from "./members.js";

describe("leaving one atom out for every point", () => {
  const { atoms: all } = problem(40, 3, 50);

  test.each([0, 0.4])("is the posterior over the others, from the prior to the data, width %d", (bandwidth) => {
    const left = Array.from({ length: 40 }, (_, i) => i);
    let recomputed = 0;
    for (const t of [0, 0.1, 0.5, 0.9, 0.98, 0.999]) {
      const at = { alpha: t, beta: 1 - t };
      const x = onPath(all, at, 40, 51); // point i is drawn from atom i: where leaving out matters most
      const found = leaveOneOut(all, { x, left }, at, { bandwidth });
      recomputed += found.recomputed;
      const weights = atomPosterior(all, { bandwidth }).weights(x, at);
      for (const i of left) {
        const want = memberPosterior(all, membersWithout(all, [i]), { bandwidth }).evaluate(points(row(x, i), 3), at);
        // λ rounds to some 1e-14 (a logit of size 100), and the short form divides by 1 − λ ≥ 1e-6.
        for (let d = 0; d < 3; d++) expect(Math.abs(row(found.denoiser, i)[d] - want.denoiser.data[d])).toBeLessThan(1e-7);
        const size = 1 + Math.abs(want.logDensity[0]);
        expect(Math.abs(found.logDensity[i] - want.logDensity[0])).toBeLessThan(1e-7 * size);
        expect(Math.abs(found.ownWeight[i] - weights[40 * i + i])).toBeLessThan(1e-12);
        if (1 - found.ownWeight[i] > 0.01)
          expect(Math.abs(row(found.denoiser, i)[0] - want.denoiser.data[0])).toBeLessThan(1e-11);
      }
    }
    if (bandwidth === 0) expect(recomputed).toBeGreaterThan(40); // near the data the atom is all there is
  });

  test("an atom that is not there, one that is everything and a wrong number of them are refused", () => {
    const at = { alpha: 0.5, beta: 0.5 };
    const x = pointsOf([[0, 0, 0]]);
    expect(() => leaveOneOut(all, { x, left: [40] }, at)).toThrow(
      "Cannot leave atom 40 out: there are 40 atoms; expected an index below that",
    );
    expect(() => leaveOneOut(all, { x, left: [1, 2] }, at)).toThrow(/2 are named for 1 points; expected one each$/);
    expect(() => leaveOneOut(equalWeights(x), { x, left: [0] }, at)).toThrow(/it has all the weight/);
  });
});

describe("the leave-one-out likelihood", () => {
  test("is the mean of the densities of the others", () => {
    const { atoms: all } = problem(25, 2, 52);
    const widths = [0.05, 0.3, 1, 4];
    const found = leaveOneOutLogLikelihood(all, widths);
    widths.forEach((bandwidth, k) => {
      let want = 0;
      for (let i = 0; i < 25; i++) {
        const others = memberPosterior(all, membersWithout(all, [i]), { bandwidth });
        const { logDensity } = others.evaluate(rows(all.points, i, i + 1), { alpha: 1, beta: 0 });
        want += Math.exp(all.logWeights[i]) * logDensity[0];
      }
      expect(Math.abs(found[k] - want)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(want)));
    });
  });

  const digits = (): Float64Array => {
    const text = gunzipSync(readFileSync(new URL("../../../cli/data/digits.csv.gz", import.meta.url))).toString();
    const lines = text
      .trim()
      .split("\n")
      .filter((line) => /^[\d.,]+$/.test(line));
    return Float64Array.from(
      lines.flatMap((line) =>
        line
          .split(",")
          .slice(0, 64)
          .map((v) => Number(v) / 8 - 1),
      ),
    );
  };

  test("of the first 1,500 digits is what numpy finds", () => {
    const train = rows(points(digits(), 64), 0, 1500);
    const found = leaveOneOutLogLikelihood(equalWeights(train), [0.2, 0.3, 0.35, 0.4, 0.5, 0.6]);
    const numpy = [
      -18.143458378645313, -13.40802190997509, -16.72373607380907, -20.989492169307262, -30.152281313443208, -38.926607382926136,
    ];
    // Their distances come from the expanded form: 64·ε·‖z‖² over 2h² = 0.08.
    numpy.forEach((want, k) => {
      expect(Math.abs(found[k] - want)).toBeLessThan(1e-10);
    });
  });

  test("of a random split of the digits has its optimum at 0.3, near the held-out likelihood", () => {
    const all = points(digits(), 64);
    const order = permutation(rngOf(7), 1797);
    const train = equalWeights(takeRows(all, order.subarray(0, 1500)));
    const held = takeRows(all, order.subarray(1500));
    const widths = [0.2, 0.3, 0.35, 0.4, 0.5, 0.6];
    const found = leaveOneOutLogLikelihood(train, widths);
    // Another random split gave these. Over 25 splits the standard deviations are these: five of the difference of two.
    const other = [-21.4, -14.85, -17.8, -21.8, -30.7, -39.3];
    const deviation = [0.31, 0.14, 0.1, 0.08, 0.05, 0.036];
    for (let k = 0; k < 6; k++) expect(Math.abs(found[k] - other[k])).toBeLessThan(5 * Math.SQRT2 * deviation[k]);
    expect(widths[found.indexOf(Math.max(...found))]).toBe(0.3);
    const { logDensity } = atomPosterior(train, { bandwidth: 0.3 }).evaluate(held, { alpha: 1, beta: 0 });
    const mean = logDensity.reduce((sum, l) => sum + l, 0) / 297;
    const error = Math.sqrt(logDensity.reduce((sum, l) => sum + (l - mean) ** 2, 0)) / 297;
    expect(Math.abs(mean - found[1])).toBeLessThan(5 * error);
  });

  test("a width that is not positive, one atom alone and atoms out of reach are refused", () => {
    expect(() => leaveOneOutLogLikelihood(equalWeights(pointsOf([[0], [1]])), [0])).toThrow(
      /the bandwidth is 0; expected a positive/,
    );
    expect(() => leaveOneOutLogLikelihood(equalWeights(pointsOf([[0]])), [1])).toThrow(
      "Cannot leave one atom out: there are 1; expected at least 2",
    );
    expect(() => leaveOneOutLogLikelihood(equalWeights(pointsOf([[0], [1e200]])), [1e-10])).toThrow(/atom 0 has density 0/);
  });
});
