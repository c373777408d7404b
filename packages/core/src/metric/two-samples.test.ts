import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Points, points, pointsOf, zeros } from "../points/index.js";
import { fork, normal, type Rng, rngOf } from "../random/index.js";
import {
  bootstrapInterval,
  featureMoments,
  fidelity,
  frechetDistance,
  maximumMeanDiscrepancy,
  medianDistance,
  samplingFloor,
  slicedWasserstein2,
  wasserstein1,
  wasserstein2,
  wasserstein2Floor,
  wasserstein2Interval,
} from "./index.js";

/** n draws of N(m, s²I). */
function gaussian(seed: number, [size, dim]: readonly [number, number], mean = 0, deviation = 1): Points {
  return points(
    normal(fork(rngOf(seed), "gaussian"), new Float64Array(size * dim)).map((v) => mean + deviation * v),
    dim,
  );
}
const moved = (x: Points, by: number): Points => ({ ...x, data: x.data.map((v) => v + by) });

describe("wasserstein1", () => {
  it("on the line is the mean gap of sorted values", () => {
    const value = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 12 }), (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const sorted = [x, y].map((v) => [...v].sort((a, b) => a - b));
        const gap = sorted[0].reduce((sum, v, i) => sum + Math.abs(v - sorted[1][i]), 0) / x.length;
        expect(wasserstein1(pointsOf(x.map((v) => [v])), pointsOf(y.map((v) => [v])))).toBeCloseTo(gap, 12);
      }),
    );
  });

  it("of a shift is its length, never above W2, and refuses unequal sizes", () => {
    const x = gaussian(1, [40, 3]);
    expect(wasserstein1(x, moved(x, 2))).toBeCloseTo(2 * Math.sqrt(3), 12);
    const y = gaussian(2, [40, 3], 0.5, 2);
    expect(wasserstein1(x, y)).toBeLessThan(wasserstein2(x, y).w2);
    expect(() => wasserstein1(x, gaussian(2, [39, 3]))).toThrow("Cannot measure W1");
  });
});

describe("slicedWasserstein2", () => {
  it("of a shift m is ‖m‖²/D within its standard error, and exactly that on the line", () => {
    const x = gaussian(1, [30, 4]);
    const { sw2Squared, standardError } = slicedWasserstein2(x, moved(x, 1.5), { rng: rngOf(3), directions: 400 });
    expect(Math.abs(sw2Squared - 2.25)).toBeLessThan(5 * standardError);
    expect(standardError).toBeLessThan(0.2);
    const line = gaussian(2, [25, 1]);
    expect(slicedWasserstein2(line, moved(line, 3), { rng: rngOf(4) }).sw2).toBeCloseTo(3, 12);
  });

  it("takes samples of different sizes, and refuses different dims", () => {
    const { sw2 } = slicedWasserstein2(gaussian(1, [30, 2]), gaussian(1, [60, 2]), { rng: rngOf(1) });
    expect(sw2).toBeGreaterThan(0);
    expect(() => slicedWasserstein2(zeros(2, 2), zeros(2, 3), { rng: rngOf(1) })).toThrow(RangeError);
  });
});

describe("intervals", () => {
  it("of E W₂² cover it as often as they say", () => {
    const draw = (seed: number): readonly [Points, Points] => [gaussian(seed, [40, 2]), gaussian(seed + 5000, [40, 2], 2)];
    const scores = Array.from({ length: 300 }, (_, r) => wasserstein2Interval(...draw(r), { level: 0.9 }));
    const truth = scores.reduce((sum, { estimate }) => sum + estimate, 0) / scores.length;
    const covered = scores.filter(({ lower, upper }) => lower <= truth && truth <= upper).length;
    // binomial: 270 ± 5.2; the normal approximation at n = 40 costs a few more
    expect(Math.abs(covered - 270)).toBeLessThan(5 * 5.2);
    const spread = Math.sqrt(scores.reduce((sum, { estimate }) => sum + (estimate - truth) ** 2, 0) / 299);
    const stated = scores.reduce((sum, { standardError }) => sum + standardError, 0) / 300;
    expect(stated / spread).toBeGreaterThan(0.8);
    expect(stated / spread).toBeLessThan(1.25); // five standard errors 1/√600 of a deviation
  });

  it("by the bootstrap cover a difference of means as often as they say", () => {
    const difference = (x: Points, y: Points): number =>
      y.data.reduce((sum, v) => sum + v, 0) / y.size - x.data.reduce((sum, v) => sum + v, 0) / x.size;
    let covered = 0;
    for (let r = 0; r < 200; r++) {
      const options = { rng: rngOf(r), level: 0.9, repetitions: 99 };
      const { lower, upper } = bootstrapInterval(difference, gaussian(r, [50, 1]), gaussian(r + 900, [70, 1], 1), options);
      if (lower <= 1 && 1 <= upper) covered++;
    }
    expect(Math.abs(covered - 180)).toBeLessThan(5 * 4.3); // binomial
    expect(() => bootstrapInterval(difference, zeros(2, 1), zeros(2, 1), { rng: rngOf(0), level: 1 })).toThrow("its level is 1");
    expect(() => bootstrapInterval(() => Number.NaN, zeros(2, 1), zeros(2, 1), { rng: rngOf(0) })).toThrow("not finite");
  });
});

describe("samplingFloor", () => {
  const target = (rng: Rng, n: number): Points => points(normal(rng, new Float64Array(2 * n)), 2);

  it("of W₂ is wasserstein2Floor, and that of MMD² is zero within its spread", () => {
    const options = { rng: rngOf(4), repetitions: 6 };
    const floor = samplingFloor((x, y) => wasserstein2(x, y).w2, target, 40, options);
    expect(floor).toEqual(wasserstein2Floor(target, 40, options).w2);
    expect(floor.mean).toBeGreaterThan(5 * floor.deviation);
    const mmd = samplingFloor((x, y) => maximumMeanDiscrepancy(x, y).mmdSquared, target, 60, { ...options, repetitions: 40 });
    expect(Math.abs(mmd.mean)).toBeLessThan((5 * mmd.deviation) / Math.sqrt(40));
  });

  it("refuses no repetitions", () => {
    expect(() => samplingFloor(wasserstein1, target, 10, { rng: rngOf(0), repetitions: 0 })).toThrow("repetitions is 0");
  });
});

describe("maximumMeanDiscrepancy", () => {
  it("is unbiased with the standard error that it states, for equal laws and for others", () => {
    for (const shift of [0, 1]) {
      // for N(0, 1), N(m, 1) and bandwidth h: 2h/√(h² + 2)·(1 − e^{−m²/(2(h² + 2))})
      const h = 1.3;
      const exact = ((2 * h) / Math.sqrt(h * h + 2)) * -Math.expm1((-shift * shift) / (2 * (h * h + 2)));
      const scores = Array.from({ length: 200 }, (_, r) =>
        maximumMeanDiscrepancy(gaussian(r, [40, 1]), gaussian(r + 700, [40, 1], shift), { bandwidth: h }),
      );
      const mean = scores.reduce((sum, { mmdSquared }) => sum + mmdSquared, 0) / 200;
      const spread = Math.sqrt(scores.reduce((sum, { mmdSquared }) => sum + (mmdSquared - mean) ** 2, 0) / 199);
      expect(Math.abs(mean - exact)).toBeLessThan((5 * spread) / Math.sqrt(200));
      const stated = Math.sqrt(scores.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / 200);
      expect(stated / spread).toBeGreaterThan(0.75);
      expect(stated / spread).toBeLessThan(1.35); // five standard errors 1/√400 of a deviation, and skewness
    }
  });

  it("takes the median distance as bandwidth", () => {
    const [x, y] = [pointsOf([[0], [1], [2], [4]]), pointsOf([[8], [16], [32], [64]])];
    const pool = [...x.data, ...y.data];
    const distances = pool.flatMap((a, i) => pool.slice(0, i).map((b) => Math.abs(a - b))).sort((a, b) => a - b);
    expect(medianDistance(x, y)).toBe(distances[14]);
    expect(maximumMeanDiscrepancy(x, y).bandwidth).toBe(distances[14]);
    expect(() => medianDistance(zeros(2, 1), zeros(2, 1))).toThrow("expected different points");
    expect(() => maximumMeanDiscrepancy(x, zeros(5, 1))).toThrow("expected equal sizes");
  });
});

describe("fidelity", () => {
  it("for equal laws has the coverage of its formula and density 1", () => {
    const [n, m, k] = [300, 400, 5];
    const scores = Array.from({ length: 8 }, (_, r) => fidelity(gaussian(r, [m, 2]), gaussian(r + 50, [n, 2]), { k }));
    let missed = 1;
    for (let i = 0; i < k; i++) missed *= (n - 1 - i) / (n + m - 1 - i);
    const mean = (key: "coverage" | "density"): number => scores.reduce((sum, score) => sum + score[key], 0) / 8;
    // coverage is a share of 300 dependent points, 0.02 each time at most; density spreads by about 0.1
    expect(Math.abs(mean("coverage") - (1 - missed))).toBeLessThan(0.03);
    expect(Math.abs(mean("density") - 1)).toBeLessThan(0.15);
  });

  it("tells a dropped mode from a spurious one", () => {
    const modes = (seed: number, means: readonly number[]): Points =>
      points(Float64Array.from(means.flatMap((mean, j) => [...gaussian(seed + j, [50, 2], mean, 0.1).data])), 2);
    const dropped = fidelity(modes(1, [0, 0]), modes(10, [0, 5]));
    const spurious = fidelity(modes(1, [0, 5]), modes(10, [0, 0]));
    expect(dropped.recall).toBeLessThan(0.55);
    expect(dropped.coverage).toBeLessThan(0.55);
    expect(dropped.precision).toBeGreaterThan(0.8);
    expect(spurious.precision).toBeLessThan(0.55);
    expect(spurious.recall).toBeGreaterThan(0.8);
  });

  it("of a sample with itself is perfect, and asks for more points than k", () => {
    const x = gaussian(1, [30, 2]);
    const { precision, recall, coverage } = fidelity(x, x, { k: 3 });
    expect([precision, recall, coverage]).toEqual([1, 1, 1]);
    expect(() => fidelity(x, gaussian(1, [3, 2]), { k: 3 })).toThrow("k is 3 for 30 and 3 points");
  });
});

describe("frechetDistance", () => {
  it("is ‖m − m'‖² + Σ(σ − σ')² for covariances that commute, and 0 of a Gaussian with itself", () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const turned = (p: number, q: number): Float64Array =>
      Float64Array.of(p * c * c + q * s * s, (p - q) * c * s, (p - q) * c * s, p * s * s + q * c * c);
    const x = { mean: Float64Array.of(1, 2), covariance: turned(4, 9) };
    const y = { mean: Float64Array.of(0, 0), covariance: turned(1, 25) };
    expect(frechetDistance(x, y)).toBeCloseTo(5 + 1 + 4, 12);
    expect(Math.abs(frechetDistance(x, x))).toBeLessThan(1e-13);
    const point = { mean: Float64Array.of(0, 0), covariance: new Float64Array(4) };
    expect(frechetDistance(x, point)).toBeCloseTo(5 + 13, 12);
  });

  it("is symmetric, and of a linear image has the closed form Σ of its trace", () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const [x, y] = [featureMoments(gaussian(seed, [9, 3])), featureMoments(gaussian(seed + 1, [9, 3], 1, 2))];
        expect(Math.abs(frechetDistance(x, y) - frechetDistance(y, x))).toBeLessThan(1e-10);
        const doubled = { mean: x.mean, covariance: x.covariance.map((v) => 4 * v) };
        const trace = x.covariance[0] + x.covariance[4] + x.covariance[8];
        expect(frechetDistance(x, doubled)).toBeCloseTo(trace, 10); // (2σ − σ)² along every axis
      }),
    );
  });

  it("accepts fewer rows than features, whose covariance is singular", () => {
    const x = featureMoments(gaussian(1, [4, 10]));
    // √ of rounding 1e-16 in the seven directions without variance
    expect(Math.abs(frechetDistance(x, x))).toBeLessThan(1e-6);
    expect(() => frechetDistance({ mean: Float64Array.of(0), covariance: Float64Array.of(-1) }, x)).toThrow(
      "expected equal dims",
    );
    const wrong = { mean: Float64Array.of(0), covariance: Float64Array.of(-1) };
    expect(() => frechetDistance(wrong, wrong)).toThrow("expected none below 0");
    expect(() => featureMoments(zeros(1, 2))).toThrow("expected at least 2");
  });

  it("of moments agrees with a direct sum", () => {
    const { mean, covariance } = featureMoments(
      pointsOf([
        [0, 2],
        [2, 2],
        [4, 8],
      ]),
    );
    expect([...mean]).toEqual([2, 4]);
    expect([...covariance]).toEqual([4, 6, 6, 12]);
  });
});
