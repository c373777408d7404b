import { describe, expect, it } from "vitest";
import { atoms, gaussianMixture } from "../distribution/index.js";
import { atomPath, mixturePath } from "../field/index.js";
import { points, pointsOf, row } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine } from "../scheduler/index.js";
import { observeAtoms, observeMixture } from "./index.js";

const data = atoms(
  pointsOf([
    [0, 0, 1],
    [1, 2, -1],
    [-1, 1, 0.5],
    [2, 0, 0],
  ]),
  [1, 2, 3, 2],
);
// two measurements of three coordinates: a sum and a difference
const operator = Float64Array.of(1, 1, 0, 0, 1, -1);
const observation = { operator, value: Float64Array.of(1, 0.8), noise: 0.7 };
const x = points(normal(rngOf(1), new Float64Array(9)), 3);

/** log N(y; Az, σ²I). */
const logLikelihood = (z: Float64Array, { value, noise }: typeof observation): number =>
  value.reduce((sum, y, m) => {
    const image = z.reduce((total, v, d) => total + operator[m * 3 + d] * v, 0);
    return sum - 0.5 * ((y - image) / noise) ** 2 - Math.log(noise * Math.sqrt(2 * Math.PI));
  }, 0);

describe("observeAtoms", () => {
  it("gives the posterior p_t(z | x, y) ∝ p_t(z|x)·p(y|z), at every time", () => {
    const { data: given } = observeAtoms(data, observation);
    for (const scheduler of [condOt(), cosine()]) {
      for (const t of [0, 0.4, 0.9]) {
        const at = scheduler.at(t);
        const prior = atomPath(scheduler, data).field.posterior.weights(x, at);
        const ours = atomPath(scheduler, given).field.posterior.weights(x, at);
        for (let b = 0; b < x.size; b++) {
          const products = Array.from(
            { length: 4 },
            (_, i) => prior[b * 4 + i] * Math.exp(logLikelihood(row(data.points, i), observation)),
          );
          const total = products.reduce((sum, v) => sum + v, 0);
          for (const [i, v] of products.entries()) expect(ours[b * 4 + i]).toBeCloseTo(v / total, 13);
        }
      }
    }
  });

  it("has the evidence of a direct sum, which adds up over independent measurements", () => {
    const { logEvidence, kept, data: given } = observeAtoms(data, observation);
    const direct = Array.from({ length: 4 }, (_, i) =>
      Math.exp(data.logWeights[i] + logLikelihood(row(data.points, i), observation)),
    );
    expect(logEvidence).toBeCloseTo(Math.log(direct.reduce((sum, v) => sum + v, 0)), 13);
    expect([...kept]).toEqual([0, 1, 2, 3]);
    const parts = [0, 1].map((m) => ({
      operator: operator.slice(3 * m, 3 * m + 3),
      value: observation.value.slice(m, m + 1),
      noise: 0.7,
    }));
    const first = observeAtoms(data, parts[0]);
    const second = observeAtoms(first.data, parts[1]);
    expect(first.logEvidence + second.logEvidence).toBeCloseTo(logEvidence, 13);
    for (const [i, v] of second.data.logWeights.entries()) expect(v).toBeCloseTo(given.logWeights[i], 13);
  });

  it("leaves the data as they are under endless noise, and only the atoms that fit under little", () => {
    const vague = observeAtoms(data, { ...observation, noise: 1e9 }).data.logWeights;
    for (const [i, v] of vague.entries()) expect(v).toBeCloseTo(data.logWeights[i], 12);
    const sharp = observeAtoms(data, { operator, value: Float64Array.of(3, 3), noise: 1e-3 });
    expect([...sharp.kept]).toEqual([1]);
    expect(sharp.data.points.size).toBe(1);
  });

  it("refuses shapes that do not fit, and measurements without noise", () => {
    expect(() => observeAtoms(data, { ...observation, noise: 0 })).toThrow("its noise is 0");
    expect(() => observeAtoms(data, { ...observation, operator: new Float64Array(5) })).toThrow("has 5 numbers for 2 values");
  });
});

describe("observeMixture", () => {
  const full = Float64Array.of(2, 0.3, 0.1, 0.3, 1, -0.2, 0.1, -0.2, 0.5);
  const mixture = gaussianMixture({
    means: pointsOf([
      [0, 1, 0],
      [1, -1, 0.5],
    ]),
    covariances: { kind: "full", matrices: Float64Array.of(...full, ...full.map((v) => v / 2)) },
    weights: [1, 2],
  });

  it("gives p(z|y) = p(z)·p(y|z)/p(y) at every z, for full, diagonal and isotropic covariances", () => {
    for (const prior of [
      mixture,
      gaussianMixture({ means: mixture.means, covariances: { kind: "diagonal", variances: [1, 2, 0.5, 0.3, 1, 1] } }),
      gaussianMixture({ means: mixture.means, covariances: { kind: "isotropic", variances: [0.5, 2] } }),
    ]) {
      const { data: given, logEvidence } = observeMixture(prior, observation);
      const densityOf = (m: typeof prior): Float64Array =>
        mixturePath(condOt(), m).field.quantities(1, x, ["logDensity"]).values.logDensity ?? new Float64Array();
      const [before, after] = [densityOf(prior), densityOf(given)];
      for (let b = 0; b < x.size; b++) {
        expect(after[b]).toBeCloseTo(before[b] + logLikelihood(row(x, b), observation) - logEvidence, 11);
      }
    }
  });

  it("tends to the atoms given y as the components shrink", () => {
    const narrow = gaussianMixture({
      means: data.points,
      covariances: { kind: "isotropic", variances: Array(4).fill(1e-10) },
      weights: data.logWeights.map(Math.exp),
    });
    const [a, m] = [observeAtoms(data, observation), observeMixture(narrow, observation)];
    for (const [i, v] of m.data.logWeights.entries()) expect(v).toBeCloseTo(a.data.logWeights[i], 8);
    expect(m.logEvidence).toBeCloseTo(a.logEvidence, 8);
  });
});
