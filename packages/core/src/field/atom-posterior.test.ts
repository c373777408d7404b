import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atoms, kernelDensity } from "../distribution/index.js";
import { type Points, points, pointsOf, row, takeRows } from "../points/index.js";
import { normal, permutation, rngOf, uniform } from "../random/index.js";
import { atomPosterior } from "./atom-posterior.js";
import type { WeightedAtoms } from "./logits.js";
import { mixturePosterior } from "./mixture-posterior.js";
import type { Moments, PathPoint } from "./posterior.js";

const D = 3;
const seed = fc.integer({ min: 0, max: 1e6 });
const time = fc.double({ min: 0.02, max: 0.95, noNaN: true });
const width = fc.constantFrom(0, 0.4);
const draw = (key: number, size: number): Points => points(normal(rngOf(key), new Float64Array(size * D)), D);
const weighted = (key: number, N: number): WeightedAtoms => atoms(draw(key, N), uniform(rngOf(key + 1), new Float64Array(N)));
const straight = (t: number): PathPoint => ({ alpha: t, beta: 1 - t });
const near = (z: Points, { alpha, beta }: PathPoint, key: number): Points =>
  points(
    draw(key, z.size).data.map((e, d) => alpha * z.data[d] + beta * e),
    D,
  );
const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((top, v) => Math.max(top, Math.abs(v)), 0);

/** Every mean and trace, flat; the log-density is shifted by the caller where the law asks for it. */
const everything = (m: Moments): number[] => [
  ...m.denoiser.data,
  ...m.scaledNoise.data,
  ...m.score.data,
  ...m.logDensity,
  ...m.entropy,
  ...m.ess,
  ...(m.spread?.traceCov ?? []),
  ...(m.spread?.denoiserDivergence ?? []),
  ...(m.spread?.scaledNoiseDivergence ?? []),
];
/** Rounding of a few hundred operations on numbers of size ≤ 10, divided by v² at most. */
const rounding = ({ beta }: PathPoint): number => (1e-13 * (1 + 1 / beta ** 2)) / beta ** 2;
const want = { spread: true };

function expectClose(found: readonly number[], expected: readonly number[], slack: number): void {
  expect(found.length).toBe(expected.length);
  found.forEach((v, i) => {
    expect(Math.abs(v - expected[i]), `entry ${i}`).toBeLessThanOrEqual(slack);
  });
}

describe("covariance of the exact posterior", () => {
  const law = (name: string, check: (data: WeightedAtoms, at: PathPoint, x: Points, bandwidth: number, key: number) => void) =>
    test(name, () => {
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 12 }), time, width, seed, (N, t, bandwidth, key) => {
          const data = weighted(key, N);
          const at = straight(t);
          check(data, at, near(takeRows(data.points, [0, 1]), at, key + 2), bandwidth, key);
        }),
        { numRuns: 60 },
      );
    });

  law("the order of the atoms does not matter", (data, at, x, bandwidth, key) => {
    const order = permutation(rngOf(key), data.points.size);
    const shuffled = {
      points: takeRows(data.points, order),
      logWeights: Float64Array.from(order, (i) => data.logWeights[i]),
    };
    const [one, other] = [data, shuffled].map((some) => atomPosterior(some, { bandwidth }).evaluate(x, at, want));
    expectClose(everything(other), everything(one), rounding(at));
  });

  law("z → z + c with x → x + αc shifts the denoiser by c and nothing else", (data, at, x, bandwidth) => {
    const c = [3, -1, 0.5];
    const shift = (p: Points, s: number): Points =>
      points(
        p.data.map((v, d) => v + s * c[d % D]),
        D,
      );
    const one = atomPosterior(data, { bandwidth }).evaluate(x, at, want);
    const other = atomPosterior({ ...data, points: shift(data.points, 1) }, { bandwidth }).evaluate(shift(x, at.alpha), at, want);
    expectClose(everything({ ...other, denoiser: shift(other.denoiser, -1) }), everything(one), rounding(at));
  });

  law("a rotation of data and point rotates the means", (data, at, x, bandwidth, key) => {
    const [angle] = uniform(rngOf(key), new Float64Array(1)).map((u) => 2 * Math.PI * u);
    const turn = (p: Points): Points => {
      const out = p.data.slice();
      for (let b = 0; b < p.size; b++) {
        const [u, v] = row(p, b);
        out[b * D] = Math.cos(angle) * u - Math.sin(angle) * v;
        out[b * D + 1] = Math.sin(angle) * u + Math.cos(angle) * v;
      }
      return points(out, D);
    };
    const one = atomPosterior(data, { bandwidth }).evaluate(x, at, want);
    const other = atomPosterior({ ...data, points: turn(data.points) }, { bandwidth }).evaluate(turn(x), at, want);
    const turned = { denoiser: turn(one.denoiser), scaledNoise: turn(one.scaledNoise), score: turn(one.score) };
    expectClose(everything(other), everything({ ...one, ...turned }), rounding(at));
  });

  law(
    "a scale c of data, point and noise scales the denoiser by c, the covariance by c² and the density by c^−D",
    (data, at, x, bandwidth) => {
      const c = 4; // a power of two: the two computations differ in the logarithm alone
      const scale = (p: Points, s: number): Points =>
        points(
          p.data.map((v) => v * s),
          D,
        );
      const one = atomPosterior(data, { bandwidth }).evaluate(x, at, want);
      const other = atomPosterior({ ...data, points: scale(data.points, c) }, { bandwidth: c * bandwidth }).evaluate(
        scale(x, c),
        { alpha: at.alpha, beta: c * at.beta },
        want,
      );
      expect(other.denoiser.data).toEqual(scale(one.denoiser, c).data);
      expect(other.score.data).toEqual(scale(one.score, 1 / c).data);
      expect(other.entropy).toEqual(one.entropy);
      expect(other.spread?.traceCov).toEqual(one.spread?.traceCov.map((v) => v * c * c));
      expect(other.spread?.denoiserDivergence).toEqual(one.spread?.denoiserDivergence);
      expectClose(
        [...other.logDensity],
        [...one.logDensity.map((v) => v - D * Math.log(c))],
        1e-12 * (1 + largest(one.logDensity)),
      );
    },
  );

  law("an atom twice is the atom with twice the weight, but for the entropy of its halves", (data, at, x, bandwidth) => {
    const N = data.points.size;
    const twice = takeRows(data.points, [...Array(N).keys(), 0]);
    const logWeights = Float64Array.from([...data.logWeights, data.logWeights[0] - Math.LN2]);
    logWeights[0] -= Math.LN2;
    const one = atomPosterior(data, { bandwidth }).evaluate(x, at, want);
    const other = atomPosterior({ points: twice, logWeights }, { bandwidth }).evaluate(x, at, want);
    const first = atomPosterior(data, { bandwidth })
      .weights(x, at)
      .filter((_, i) => i % N === 0);
    expectClose([...other.entropy], [...one.entropy.map((h, b) => h + first[b] * Math.LN2)], rounding(at));
    expectClose(everything({ ...other, entropy: one.entropy, ess: one.ess }), everything(one), rounding(at));
  });
});

/** (f(h) − f(−h))/2h at h, extrapolated once: truncation h⁴·f⁽⁵⁾. */
const slope = (f: (h: number) => number, h: number): number => {
  const central = (s: number): number => (f(s) - f(-s)) / (2 * s);
  return (4 * central(h / 2) - central(h)) / 3;
};

describe("derivatives by differences", () => {
  const moved = (x: Points, v: ArrayLike<number>, h: number): Points =>
    points(
      x.data.map((value, d) => value + h * v[d]),
      D,
    );

  test("the score is ∇ log p_t", () => {
    fc.assert(
      fc.property(time, width, seed, (t, bandwidth, key) => {
        const at = straight(t);
        const data = weighted(key, 7);
        const posterior = atomPosterior(data, { bandwidth });
        const x = near(takeRows(data.points, [0]), at, key + 3);
        const { score } = posterior.evaluate(x, at);
        const unit = 1 / Math.sqrt(at.beta ** 2 + (at.alpha * bandwidth) ** 2);
        for (let d = 0; d < D; d++) {
          const axis = [0, 1, 2].map((k) => (k === d ? 1 : 0));
          const difference = slope((h) => posterior.evaluate(moved(x, axis, h), at).logDensity[0], 0.01 / unit);
          // Steps of a hundredth of the width; the fifth derivative is at most a few hundred (diameter/width)⁵ widths.
          expect(Math.abs(difference - score.data[d])).toBeLessThan(1e-6 * unit * (1 + 6 * t * unit) ** 5);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("Jacobian-vector products and divergences are those of the means", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.8, noNaN: true }), width, seed, (t, bandwidth, key) => {
        const at = straight(t);
        const data = weighted(key, 7);
        const posterior = atomPosterior(data, { bandwidth });
        const x = near(takeRows(data.points, [0]), at, key + 3);
        const v = draw(key + 4, 1);
        const { tangent, spread } = posterior.evaluate(x, at, { spread: true, tangent: v });
        const unit = 1 / Math.sqrt(at.beta ** 2 + (at.alpha * bandwidth) ** 2);
        const slack = 1e-6 * (1 + 6 * t * unit) ** 5;
        const along = (dir: ArrayLike<number>, of: "denoiser" | "scaledNoise", d: number): number =>
          slope((h) => posterior.evaluate(moved(x, dir, h), at)[of].data[d], 0.01 / unit);
        const [traces, axes] = [{ denoiser: 0, scaledNoise: 0 }, [0, 1, 2].map((d) => [0, 1, 2].map((k) => (k === d ? 1 : 0)))];
        for (const of of ["denoiser", "scaledNoise"] as const) {
          const size = of === "denoiser" ? unit : unit ** 2 / Math.min(1, at.beta);
          for (let d = 0; d < D; d++) {
            expect(Math.abs(along(v.data, of, d) - (tangent?.[of].data[d] ?? Number.NaN))).toBeLessThan(
              slack * size * (1 + largest(v.data)),
            );
            traces[of] += along(axes[d], of, d);
          }
          const found = spread?.[`${of}Divergence`][0] ?? Number.NaN;
          expect(Math.abs(traces[of] - found)).toBeLessThan(D * slack * size);
        }
      }),
      { numRuns: 60 },
    );
  });
});

test("the Jacobian of the denoiser is symmetric and positive semidefinite: it is a covariance", () => {
  fc.assert(
    fc.property(time, width, seed, (t, bandwidth, key) => {
      const at = straight(t);
      const data = weighted(key, 9);
      const posterior = atomPosterior(data, { bandwidth });
      const x = near(takeRows(data.points, [0]), at, key + 3);
      const column = (v: Points): Float64Array =>
        posterior.evaluate(x, at, { tangent: v }).tangent?.denoiser.data ?? new Float64Array(0);
      const jacobian = [0, 1, 2].map((d) =>
        column(
          points(
            Float64Array.from([0, 1, 2], (k) => (k === d ? 1 : 0)),
            D,
          ),
        ),
      );
      for (let p = 0; p < D; p++) for (let q = 0; q < p; q++) expect(jacobian[p][q]).toBeCloseTo(jacobian[q][p], 10);
      const v = draw(key + 5, 1);
      expect(column(v).reduce((sum, c, d) => sum + c * v.data[d], 0)).toBeGreaterThanOrEqual(-1e-12);
    }),
    { numRuns: 60 },
  );
});

test("smoothing by h is the Gaussian mixture with one variance h²", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.2, max: 2, noNaN: true }),
      seed,
      (t, bandwidth, key) => {
        const data = atoms(draw(key, 9), uniform(rngOf(key + 1), new Float64Array(9)));
        const at = straight(t);
        const x = near(takeRows(data.points, [0, 3]), at, key + 2);
        const v = draw(key + 3, 2);
        const ask = { spread: true, top: 3, tangent: v };
        const one = atomPosterior(data, { bandwidth }).evaluate(x, at, ask);
        const other = mixturePosterior(kernelDensity(data, bandwidth)).evaluate(x, at, ask);
        expectClose(everything(other), everything(one), 1e-10);
        expectClose([...(other.tangent?.denoiser.data ?? [])], [...(one.tangent?.denoiser.data ?? [])], 1e-10);
        expectClose([...(other.tangent?.scaledNoise.data ?? [])], [...(one.tangent?.scaledNoise.data ?? [])], 1e-10);
        expect(other.top.indices).toEqual(one.top.indices);
      },
    ),
    { numRuns: 60 },
  );
});

test("one atom is its own posterior mean, bit by bit, at every noise scale", () => {
  const data = atoms(pointsOf([[1.5, -2, 0.25]]));
  for (const beta of [1, 0.3, 1e-8]) {
    const { denoiser, entropy, ess, spread } = atomPosterior(data).evaluate(pointsOf([[3, 1, 0]]), { alpha: 0.5, beta }, want);
    expect([...denoiser.data]).toEqual([1.5, -2, 0.25]);
    expect([entropy[0], ess[0], spread?.traceCov[0]]).toEqual([0, 1, 0]);
  }
});

test("at t = 0 the posterior is the prior, and p_0 the source", () => {
  const data = weighted(3, 8);
  const x = draw(4, 2);
  const { denoiser, logDensity, entropy } = atomPosterior(data).evaluate(x, straight(0));
  const prior = data.logWeights.map(Math.exp);
  for (let b = 0; b < 2; b++) {
    const own = row(x, b);
    expect(logDensity[b]).toBeCloseTo(own.reduce((sum, v) => sum - (v * v) / 2, 0) - (D / 2) * Math.log(2 * Math.PI), 12);
    expect(entropy[b]).toBeCloseTo(
      prior.reduce((sum, p) => sum - p * Math.log(p), 0),
      12,
    );
    for (let d = 0; d < D; d++) {
      expect(row(denoiser, b)[d]).toBeCloseTo(
        prior.reduce((sum, p, i) => sum + p * row(data.points, i)[d], 0),
        12,
      );
    }
  }
});

test("atoms whose weights do not fit them are refused when they are bound", () => {
  const three = draw(1, 3);
  expect(() => atomPosterior({ points: three, logWeights: new Float64Array(3) })).toThrow(
    /^Cannot bind the data: the weights sum to (3|2.99999)\d*; expected 1$/,
  );
  expect(() => atomPosterior({ points: three, logWeights: new Float64Array(2) })).toThrow(
    "Cannot bind the data: there are 2 weights for 3 components; expected one each",
  );
  expect(() => atomPosterior(weighted(1, 3), { bandwidth: -1 })).toThrow(
    "Cannot smooth the data: the bandwidth is -1; expected a finite number ≥ 0",
  );
});
