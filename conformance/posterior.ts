import {
  type Moments,
  normal,
  type PathPoint,
  type Points,
  type Posterior,
  points,
  pointsOf,
  rngOf,
  row,
  takeRows,
  type WeightedAtoms,
} from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { type NaiveData, naiveMoments } from "./naive-posterior.js";
import { equalWeights, onPath, type Problem, problem } from "./posterior-problems.js";

/** Binds a backend to atoms, smoothed with a width from `bandwidths`. */
export type MakePosterior = (atoms: WeightedAtoms, options: { readonly bandwidth: number }) => Posterior;

/** What a backend promises. */
export interface PosteriorSuiteOptions {
  /** Relative precision: 1e-12 for float64, about 1e-4 for float32. */
  readonly tolerance: number;
  /** The widths that the backend takes; 0 are atoms. */
  readonly bandwidths: readonly number[];
  /** Why there is no limit at β = 0 over atoms, where there is none. */
  readonly withoutLimit?: string;
}

const PATH: readonly PathPoint[] = [0, 0.02, 0.3, 0.6, 0.9].map((t) => ({ alpha: t, beta: 1 - t }));
/** Variance preserving, and a noise scale above one. */
const OTHER: readonly PathPoint[] = [
  { alpha: 0.8, beta: 0.6 },
  { alpha: 1, beta: 3 },
];

const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((top, v) => Math.max(top, Math.abs(v)), 0);

function expectFinite({ tangent, spread, top, ...means }: Moments): void {
  const { denoiser, scaledNoise, score, logDensity, entropy, ess } = means;
  const arrays = [denoiser.data, scaledNoise.data, score.data, logDensity, entropy, ess, top.weights];
  if (spread) arrays.push(spread.traceCov, spread.denoiserDivergence, spread.scaledNoiseDivergence);
  if (tangent) arrays.push(tangent.denoiser.data, tangent.scaledNoise.data);
  for (const values of arrays) for (const v of values) expect(Number.isFinite(v)).toBe(true);
}

/**
 * What every backend of the `Posterior` seam has to satisfy, over the source N(0, I). Errors are measured in units in which
 * the tolerance is the rounding of the backend: a logit of size L carries L·ε, which shifts weights by L·ε and means by that
 * times the spread of the data; what is divided by v = β² + α²h² or multiplied by it carries the same factor.
 */
export function posteriorSuite(
  name: string,
  make: MakePosterior,
  { tolerance, bandwidths, withoutLimit }: PosteriorSuiteOptions,
): void {
  const cases = bandwidths.map((bandwidth) => [bandwidth] as const);
  const overAtoms = bandwidths.includes(0);

  describe(`posterior: ${name}`, () => {
    describe.each(cases)("width %d", (bandwidth) => {
      const variance = ({ alpha, beta }: PathPoint): number => beta ** 2 + (alpha * bandwidth) ** 2;

      /** Compares everything that a scan gives with the oracle. */
      const agree = ({ atoms, naive }: Problem, at: PathPoint, x: Points, v: Points): void => {
        const posterior = make(atoms, { bandwidth });
        const found = posterior.evaluate(x, at, { spread: true, tangent: v, top: atoms.points.size });
        const weights = posterior.weights(x, at);
        const [N, D] = [atoms.points.size, x.dim];
        for (let b = 0; b < x.size; b++) {
          const xb = [...row(x, b)];
          const want = naiveMoments(naive(bandwidth), xb, at);
          const size = 1 + largest(atoms.points.data) + largest(xb);
          const logits = 4 + Math.abs(want.logDensity) + D; // of the size of the logits that count
          const slack = tolerance * logits;
          const near = (value: number, expected: number, unit: number, what: string): void =>
            expect(Math.abs(value - expected), `${what} of point ${b} at ${JSON.stringify(at)}`).toBeLessThanOrEqual(
              slack * unit,
            );
          near(found.logDensity[b], want.logDensity, 1, "log-density");
          near(found.entropy[b], want.entropy, 4, "entropy");
          near(found.ess[b], want.ess, want.ess, "ess");
          for (let i = 0; i < N; i++) near(weights[b * N + i], want.weights[i], 1, "weight");
          const v2 = variance(at);
          const jacobian = at.alpha / at.beta ** 2;
          near(found.spread?.traceCov[b] ?? Number.NaN, want.traceCov, D * size ** 2, "tr Cov");
          near(found.spread?.denoiserDivergence[b] ?? Number.NaN, want.denoiserDivergence, D * (1 + jacobian) * size ** 2, "∇·μ");
          const noiseUnit = (D * (1 + at.alpha * jacobian) * size ** 2) / at.beta ** 2;
          near(found.spread?.scaledNoiseDivergence[b] ?? Number.NaN, want.scaledNoiseDivergence, noiseUnit, "∇·E[ε]/β");
          for (let d = 0; d < D; d++) {
            near(row(found.denoiser, b)[d], want.denoiser[d], size, "denoiser");
            near(row(found.scaledNoise, b)[d], want.scaledNoise[d], size / Math.min(v2, at.beta ** 2), "scaled noise");
            near(row(found.score, b)[d], -want.scaledNoise[d], size / Math.min(v2, at.beta ** 2), "score");
            const along = jacobian * want.covariance[d].reduce((sum, c, q) => sum + c * row(v, b)[q], 0);
            const unit = (1 + jacobian) * size ** 2 * D * largest(row(v, b));
            near(found.tangent ? row(found.tangent.denoiser, b)[d] : Number.NaN, along, unit, "(∇μ)v");
            const noise = (row(v, b)[d] - at.alpha * along) / at.beta ** 2;
            near(found.tangent ? row(found.tangent.scaledNoise, b)[d] : Number.NaN, noise, unit / at.beta ** 2, "(∇E[ε]/β)v");
          }
        }
      };

      test.each([
        [1, 1],
        [2, 3],
        [5, 2],
        [37, 1],
        [64, 7],
        [203, 16],
      ])("agrees with the textbook on %d atoms of dim %d, everywhere on the path", (N, D) => {
        const some = problem(N, D, 100 * N + D);
        for (const at of [...PATH, ...OTHER]) {
          const x = onPath(some.atoms, at, 4, 7 * N + D);
          agree(some, at, x, points(normal(rngOf(N), new Float64Array(4 * D)), D));
        }
      });

      test("agrees with the textbook between the atoms and outside of them", () => {
        const some = problem(20, 3, 4);
        const x = points(
          normal(rngOf(5), new Float64Array(12)).map((e) => 3 * e),
          3,
        );
        for (const at of PATH.slice(0, 4)) agree(some, at, x, points(normal(rngOf(6), new Float64Array(12)), 3));
      });

      test("weights are positive parts of one, and their mean is what the denoiser says", () => {
        const { atoms } = problem(50, 2, 9);
        const posterior = make(atoms, { bandwidth });
        for (const at of PATH) {
          const x = onPath(atoms, at, 5, 10);
          const weights = posterior.weights(x, at);
          const { denoiser } = posterior.evaluate(x, at);
          expect(weights.length).toBe(5 * 50);
          const kappa = (at.alpha * bandwidth ** 2) / variance(at);
          for (let b = 0; b < 5; b++) {
            const own = weights.subarray(b * 50, (b + 1) * 50);
            expect(Math.abs(own.reduce((sum, w) => sum + w, 0) - 1)).toBeLessThanOrEqual(tolerance);
            for (let d = 0; d < 2; d++) {
              const mean = own.reduce((sum, w, i) => sum + w * row(atoms.points, i)[d], 0);
              const smoothed = mean + kappa * (row(x, b)[d] - at.alpha * mean);
              expect(Math.abs(row(denoiser, b)[d] - smoothed)).toBeLessThanOrEqual(16 * tolerance);
            }
          }
        }
      });

      test("the largest weights come first, ties by index, and there are no more than atoms", () => {
        const { atoms } = problem(40, 2, 11);
        const posterior = make(atoms, { bandwidth });
        const at = PATH[2];
        const x = onPath(atoms, at, 3, 12);
        const weights = posterior.weights(x, at);
        for (const k of [0, 1, 7, 40, 99]) {
          const { top } = posterior.evaluate(x, at, { top: k });
          expect(top.count).toBe(Math.min(k, 40));
          for (let b = 0; b < 3; b++) {
            const own = weights.subarray(b * 40, (b + 1) * 40);
            const order = [...own.keys()].sort((p, q) => own[q] - own[p] || p - q).slice(0, top.count);
            expect([...top.indices.subarray(b * top.count, (b + 1) * top.count)]).toEqual(order);
            order.forEach((i, r) => {
              expect(Math.abs(top.weights[b * top.count + r] - own[i])).toBeLessThanOrEqual(4 * tolerance);
            });
          }
        }
        // Corners of a square seen from its centre, three times over: all tie.
        const corners = Array.from({ length: 12 }, (_, i) => [i % 2 === 0 ? 1 : -1, i % 4 < 2 ? 1 : -1]);
        const tied = make(equalWeights(pointsOf(corners)), { bandwidth }).evaluate(pointsOf([[0, 0]]), at, { top: 5 });
        expect([...tied.top.indices]).toEqual([0, 1, 2, 3, 4]);
        for (const w of tied.top.weights) expect(Math.abs(w - 1 / 12)).toBeLessThanOrEqual(tolerance);
      });

      test("the spread does not cancel far from the origin", () => {
        // Shifts by 2²⁰ of coordinates that are multiples of 2⁻¹⁰, at α = β = ½: every difference x − αz is exact, so the
        // shifted problem has the same numbers in it as the one at the origin.
        const dyadic = (values: Float64Array): Float64Array => values.map((v) => Math.round(v * 1024) / 1024);
        const z = dyadic(normal(rngOf(20), new Float64Array(60 * 3)));
        const x = dyadic(normal(rngOf(21), new Float64Array(4 * 3)));
        const shift = tolerance < 1e-9 ? 2 ** 20 : 2 ** 6;
        const at = { alpha: 0.5, beta: 0.5 };
        const want = { spread: true, tangent: points(new Float64Array(12).fill(1), 3) };
        const here = make(equalWeights(points(z, 3)), { bandwidth }).evaluate(points(x, 3), at, want);
        const there = make(
          equalWeights(
            points(
              z.map((v) => v + shift),
              3,
            ),
          ),
          { bandwidth },
        ).evaluate(
          points(
            x.map((v) => v + shift / 2),
            3,
          ),
          at,
          want,
        );
        const close = (p: ArrayLike<number> | undefined, q: ArrayLike<number> | undefined, unit: number): void => {
          expect(p?.length).toBe(q?.length);
          for (let i = 0; i < (p?.length ?? 0); i++) expect(Math.abs((p?.[i] ?? 0) - (q?.[i] ?? 0))).toBeLessThanOrEqual(unit);
        };
        // The mean rounds at the size of the shift, 2²⁰·ε, which enters the second moments squared; where atoms are smoothed,
        // so does the mean of each, and enters as it is.
        const rounding = 256 * tolerance + 2 ** -50 * shift;
        const second = bandwidth > 0 ? rounding : 256 * tolerance;
        close(there.spread?.traceCov, here.spread?.traceCov, second);
        close(there.spread?.denoiserDivergence, here.spread?.denoiserDivergence, 4 * second);
        close(there.logDensity, here.logDensity, 256 * tolerance);
        close(there.tangent?.denoiser.data, here.tangent?.denoiser.data, 16 * rounding);
        close(
          there.denoiser.data.map((v) => v - shift),
          here.denoiser.data,
          4 * rounding,
        );
        close(there.score.data, here.score.data, 16 * rounding);
      });

      test("the same question has the same bytes, in any batch", () => {
        const { atoms } = problem(300, 5, 30);
        const posterior = make(atoms, { bandwidth });
        const at = PATH[3];
        const x = onPath(atoms, at, 9, 31);
        const want = { spread: true, top: 3 };
        const whole = posterior.evaluate(x, at, want);
        expect(posterior.evaluate(x, at, want)).toEqual(whole);
        expect(make(atoms, { bandwidth }).evaluate(x, at, want)).toEqual(whole);
        const some = [8, 2, 2, 5];
        const part = posterior.evaluate(takeRows(x, some), at, want);
        some.forEach((b, k) => {
          expect(row(part.denoiser, k)).toEqual(row(whole.denoiser, b));
          expect(row(part.score, k)).toEqual(row(whole.score, b));
          expect(part.logDensity[k]).toBe(whole.logDensity[b]);
          expect(part.entropy[k]).toBe(whole.entropy[b]);
          expect(part.spread?.traceCov[k]).toBe(whole.spread?.traceCov[b]);
          expect([...part.top.indices.subarray(3 * k, 3 * k + 3)]).toEqual([...whole.top.indices.subarray(3 * b, 3 * b + 3)]);
        });
      });

      test("far from all data the nearest component in the path's own measure takes all, with a finite score", () => {
        const { atoms } = problem(30, 2, 40);
        const posterior = make(atoms, { bandwidth });
        for (const far of tolerance < 1e-9 ? [1e3, 1e6, 1e12] : [1e3]) {
          for (const at of PATH.slice(1)) {
            const x = pointsOf([[far, 0]]);
            const moments = posterior.evaluate(x, at, { spread: true, top: 1, tangent: pointsOf([[1, 1]]) });
            expectFinite(moments);
            expect(Math.abs(moments.top.weights[0])).toBeLessThanOrEqual(1 + tolerance);
            // r²/2v, up to the size of the data.
            const log = (far - at.alpha * row(atoms.points, moments.top.indices[0])[0]) ** 2 / (2 * variance(at));
            expect(Math.abs(moments.logDensity[0] + log)).toBeLessThanOrEqual(tolerance * log + 40 / variance(at));
            expect(Math.abs(moments.score.data[0] * variance(at) + far)).toBeLessThan(8);
          }
        }
      });

      test("a point beyond all numbers, of another dimension, or not a number is refused", () => {
        const posterior = make(problem(5, 2, 50).atoms, { bandwidth });
        const at = PATH[2];
        for (const ask of [posterior.evaluate, posterior.weights]) {
          expect(() => ask(pointsOf([[Number.NaN, 0]]), at)).toThrow(RangeError);
          expect(() => ask(pointsOf([[0, Infinity]]), at)).toThrow(RangeError);
          expect(() => ask(pointsOf([[1e300, 0]]), at)).toThrow(RangeError);
          expect(() => ask(pointsOf([[0, 0, 0]]), at)).toThrow(/x has dim 3, data has dim 2; expected equal dims$/);
        }
        expect(() => posterior.evaluate(pointsOf([[0, 0]]), at, { top: -1 })).toThrow(RangeError);
        expect(() => posterior.evaluate(pointsOf([[0, 0]]), at, { tangent: pointsOf([[1], [0]]) })).toThrow(
          "Cannot evaluate a Jacobian-vector product: directions are [2, 1]; expected [1, 2]",
        );
      });

      test("many atoms in the plane: the product of two lines is known on each of them alone", () => {
        const side = tolerance < 1e-9 ? 256 : 96;
        const line = Array.from({ length: side }, (_, i) => [(2 * i + 1 - side) / side]);
        const grid = new Float64Array(2 * side * side);
        for (let i = 0; i < side * side; i++) {
          grid[2 * i] = line[Math.floor(i / side)][0];
          grid[2 * i + 1] = line[i % side][0];
        }
        const posterior = make(equalWeights(points(grid, 2)), { bandwidth });
        const naive: NaiveData = { rows: line, weights: line.map(() => 1 / side), bandwidth };
        const x = pointsOf([
          [0.3, -0.1],
          [0.9, 0.2],
        ]);
        for (const at of [PATH[1], PATH[3], { alpha: 0.99, beta: 0.01 }]) {
          const found = posterior.evaluate(x, at, { spread: true });
          for (let b = 0; b < 2; b++) {
            const [first, second] = [...row(x, b)].map((v) => naiveMoments(naive, [v], at));
            const close = (value: number | undefined, want: number): void =>
              expect(Math.abs((value ?? Number.NaN) - want)).toBeLessThanOrEqual(64 * tolerance * (1 + Math.abs(want)));
            close(row(found.denoiser, b)[0], first.denoiser[0]);
            close(row(found.denoiser, b)[1], second.denoiser[0]);
            close(found.logDensity[b], first.logDensity + second.logDensity);
            close(found.entropy[b], first.entropy + second.entropy);
            close(found.ess[b], first.ess * second.ess);
            close(found.spread?.traceCov[b], first.traceCov + second.traceCov);
          }
        }
      });
    });

    test("close to the data the posterior is the atom, and a tie stays a tie", (context) => {
      if (!overAtoms) context.skip("the backend takes smoothed data only");
      const z = pointsOf([
        [1.25, -0.5],
        [-1.25, 0.5],
        [4, 4],
      ]);
      const posterior = make(equalWeights(z), { bandwidth: 0 });
      for (const beta of tolerance < 1e-9 ? [1e-3, 1e-6, 1e-9, 1e-12] : [1e-2, 1e-3]) {
        const at = { alpha: 1 - beta, beta };
        const own = posterior.evaluate(
          points(
            row(z, 0).map((v) => at.alpha * v),
            2,
          ),
          at,
          { spread: true, top: 2 },
        );
        expectFinite(own);
        expect([...own.denoiser.data]).toEqual([1.25, -0.5]);
        expect([...own.scaledNoise.data]).toEqual([0, 0]);
        expect([own.entropy[0], own.ess[0], own.spread?.traceCov[0]]).toEqual([0, 1, 0]);
        expect([...own.top.indices]).toEqual([0, expect.any(Number)]);
        const tie = posterior.evaluate(pointsOf([[0, 0]]), at, { spread: true, top: 2 });
        expectFinite(tie);
        expect([...tie.denoiser.data]).toEqual([0, 0]);
        expect(tie.entropy[0]).toBeCloseTo(Math.LN2, 6);
        expect(tie.spread?.traceCov[0]).toBeCloseTo(1.25 ** 2 + 0.25, 5);
        expect([...tie.top.indices]).toEqual([0, 1]);
      }
    });

    test("far from the data, in noise, the posterior is the prior", () => {
      const { atoms } = problem(25, 3, 60);
      const bandwidth = bandwidths[0];
      const posterior = make(atoms, { bandwidth });
      const x = pointsOf([[0.1, -3, 2]]);
      for (const at of [
        { alpha: 0, beta: 1 },
        { alpha: 1, beta: 1e9 },
      ]) {
        posterior.weights(x, at).forEach((w, i) => {
          expect(Math.abs(w - Math.exp(atoms.logWeights[i]))).toBeLessThanOrEqual(tolerance);
        });
      }
    });

    test("over atoms β = 0 has a limit and no moments; over smoothed data moments and no limit", (context) => {
      const { atoms } = problem(6, 2, 70);
      const x = pointsOf([[0.2, 0.3]]);
      for (const bandwidth of bandwidths) {
        const posterior = make(atoms, { bandwidth });
        expect([posterior.dim, posterior.size, posterior.singularAtData]).toEqual([2, 6, bandwidth === 0]);
        const end = { alpha: 1, beta: 0 };
        if (bandwidth === 0) {
          expect(() => posterior.evaluate(x, end)).toThrow(/^Cannot evaluate the posterior at β = 0/);
          expect(() => posterior.weights(x, end)).toThrow(/^Cannot evaluate the posterior at β = 0/);
        } else {
          expectFinite(posterior.evaluate(x, end, { spread: true, top: 2, tangent: x }));
          expect(largest([...posterior.evaluate(x, end).denoiser.data].map((v, d) => v - x.data[d]))).toBeLessThan(4 * tolerance);
          expect(() => posterior.limit(x)).toThrow(/it has a density at the data/);
        }
      }
      if (!overAtoms) return;
      if (withoutLimit !== undefined) {
        expect(() => make(atoms, { bandwidth: 0 }).limit(x)).toThrow(RangeError);
        context.skip(withoutLimit);
      }
      const { denoiser, distance, ties, top } = make(atoms, { bandwidth: 0 }).limit(x, 2);
      const order = Array.from({ length: 6 }, (_, i) => [Math.hypot(...row(atoms.points, i).map((v, d) => v - x.data[d])), i]);
      const [near, nearest] = order.reduce((best, one) => (one[0] < best[0] ? one : best));
      expect(denoiser.data).toEqual(row(atoms.points, nearest));
      expect(distance[0]).toBeCloseTo(near, 5);
      expect([...ties, ...top.indices]).toEqual([1, nearest, -1]);
    });
  });
}
