import {
  atomPosterior,
  condOt,
  cosine,
  marginalField,
  normal,
  type Points,
  points,
  pointsOf,
  rngOf,
  row,
  type Scheduler,
  uniform,
} from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { equalWeights, problem } from "../../../../conformance/posterior-problems.js";
import { float64Products, type Products } from "./products.js";
import { targetOracle } from "./target-oracle.js";
import type { AlignedPlan, GridPlan } from "./target-plan.js";

const noiseOf = (B: number, D: number, key: number): Points => points(normal(rngOf(key), new Float64Array(B * D)), D);
const grid = (D: number, key: number, more: Partial<GridPlan> = {}): GridPlan => ({
  kind: "grid",
  rows: [3, 0, 17],
  noise: noiseOf(4, D, key),
  t: [0.02, 0.3, 0.71, 0.97],
  ...more,
});

/** Products rounded to float32 at every step: another backend, with the bound that it has to declare. */
const float32Products: Products = (b) => ({
  name: "float32",
  factor: ((b.dim + 2) * 2 ** -24) / (1 - (b.dim + 2) * 2 ** -24),
  multiply(a, out) {
    for (let i = 0; i < a.size; i++) {
      for (let n = 0; n < b.size; n++) {
        let sum = 0;
        for (let d = 0; d < b.dim; d++) {
          const product = Math.fround(Math.fround(row(a, i)[d] ?? 0) * Math.fround(row(b, n)[d] ?? 0));
          sum = Math.fround(sum + product);
        }
        out[i * b.size + n] = sum;
      }
    }
  },
  close() {},
});

/** Every target by itself: the posterior at x, by a scan of differences. */
async function expectBruteForce(
  scheduler: Scheduler,
  found: Awaited<ReturnType<Awaited<ReturnType<typeof targetOracle>>["evaluate"]>>,
  all: Parameters<typeof atomPosterior>[0],
  bandwidth: number,
): Promise<void> {
  const field = marginalField(scheduler, atomPosterior(all, { bandwidth }));
  const { bound } = found.certificate;
  for (let p = 0; p < found.t.length; p++) {
    const t = found.t[p] ?? Number.NaN;
    const x = points(row(found.xt, p), found.xt.dim);
    const { values, certificate } = field.quantities(t, x, ["denoiser", "velocity", "traceCov", "logDensity"]);
    const at = scheduler.at(t);
    const distance = Math.hypot(...row(found.denoiser, p).map((v, d) => v - (values.denoiser?.[d] ?? Number.NaN)));
    const leftOut = 4e-10; // weights that are an eighth of a 32nd of epsilon together
    // The scan sees x rounded, 1e-16/v of a logit of size 10 and as much of the mean; both have their own bounds.
    const rounding = 1e-14 / (at.beta * at.beta + (at.alpha * bandwidth) ** 2);
    expect(distance).toBeLessThanOrEqual((bound?.[p] ?? 0) + (certificate.bound?.[0] ?? 0) + rounding);
    const slope = Math.abs(at.dAlpha) + Math.abs(at.betaDBeta) / at.beta ** 2;
    row(found.ut, p).forEach((v, d) => {
      expect(Math.abs(v - (values.velocity?.[d] ?? Number.NaN))).toBeLessThanOrEqual(((bound?.[p] ?? 0) + 10 * rounding) * slope);
    });
    expect(Math.abs((found.logDensity?.[p] ?? Number.NaN) - (values.logDensity?.[0] ?? 0))).toBeLessThan(
      100 * rounding + leftOut + (found.certificate.backend.includes("32") ? 1e-3 : 0),
    );
    if (found.traceCov)
      expect(Math.abs((found.traceCov[p] ?? Number.NaN) - (values.traceCov?.[0] ?? 0))).toBeLessThan(
        20 * (bound?.[p] ?? 0) + 100 * rounding,
      );
  }
}

describe("targets of a grid and of aligned points", () => {
  const { atoms: all } = problem(60, 5, 80);
  const aligned: AlignedPlan = {
    kind: "aligned",
    rows: Array.from({ length: 50 }, (_, p) => (7 * p) % 60),
    noise: noiseOf(50, 5, 81),
    t: uniform(rngOf(82), new Float64Array(50)),
  };

  test.each([
    ["condOt", condOt(), 0],
    ["cosine", cosine(), 0],
    ["condOt over smoothed data", condOt(), 0.3],
    ["a path that ends in noise", condOt({ sigmaMin: 0.1 }), 0.2],
  ])("are what a scan of every point gives: %s", async (_, scheduler, bandwidth) => {
    const oracle = await targetOracle(all, { bandwidth });
    for (const plan of [grid(5, 83), grid(5, 84, { antithetic: true, rows: [5, 5] }), aligned]) {
      const found = await oracle.evaluate(scheduler, plan);
      expect(Math.max(...(found.certificate.bound ?? [1]))).toBeLessThan(1e-9 * oracle.radius);
      await expectBruteForce(scheduler, found, all, bandwidth);
    }
  });

  test("keep their bounds with products in single precision, and by differences where these are not enough", async () => {
    const oracle = await targetOracle(all, { products: float32Products });
    const rough = await oracle.evaluate(condOt(), grid(5, 83), { epsilon: 1e-2 });
    await expectBruteForce(condOt(), rough, all, 0);
    expect(rough.work.rechecked).toBeLessThan(48);
    expect(Math.max(...(rough.certificate.bound ?? []))).toBeGreaterThan(1e-6);
    const fine = await oracle.evaluate(condOt(), grid(5, 83));
    expect(fine.work.rechecked).toBeGreaterThan(12);
    expect(Math.max(...(fine.certificate.bound ?? [1]))).toBeLessThan(1e-8 * oracle.radius);
  });

  test("an antithetic grid is the grid of the noises and their opposites", async () => {
    const oracle = await targetOracle(all);
    const plan = grid(5, 85);
    const both = await oracle.evaluate(condOt(), { ...plan, antithetic: true });
    const plus = await oracle.evaluate(condOt(), plan);
    const minus = await oracle.evaluate(condOt(), {
      ...plan,
      noise: points(
        plan.noise.data.map((v) => -v),
        5,
      ),
    });
    expect(both.t.length).toBe(96);
    for (let p = 0; p < 48; p++) {
      expect(row(both.ut, 2 * p)).toEqual(row(plus.ut, p));
      expect(row(both.ut, 2 * p + 1)).toEqual(row(minus.ut, p));
      expect(row(both.xt, 2 * p + 1)).toEqual(row(minus.xt, p));
    }
    expect(both.work.products).toBe(plus.work.products);
  });

  test("share their products: (J + B)·N·D of them, one weight for each point and atom", async () => {
    const oracle = await targetOracle(all);
    const { work, certificate, t } = await oracle.evaluate(condOt(), grid(5, 86), { spread: false });
    expect(t.length).toBe(3 * 4 * 4);
    expect(work.products).toBe((3 + 4) * 60 * 5);
    expect(work.weights).toBe(48 * 60);
    expect([certificate.evaluations, certificate.skipped, certificate.backend]).toEqual([48 * 60, 0, "targets on float64"]);
    expect(work.sums).toBeLessThan(48 * 60 * 5);
    expect(work.sums % 5).toBe(0);
    expect((await oracle.evaluate(condOt(), aligned)).work.products).toBe(50 * 60 * 5);
  });

  test("a point has the same bytes whatever is asked with it", async () => {
    const oracle = await targetOracle(all);
    const plan = grid(5, 87, { rows: Array.from({ length: 20 }, (_, j) => j) });
    const whole = await oracle.evaluate(condOt(), plan); // 320 points: ten tiles
    const one = await oracle.evaluate(condOt(), { ...plan, rows: [13], noise: points(row(plan.noise, 2).slice(), 5), t: [0.71] });
    const p = (2 * 20 + 13) * 4 + 2;
    expect(row(one.ut, 0)).toEqual(row(whole.ut, p));
    expect(one.logDensity?.[0]).toBe(whole.logDensity?.[p]);
    expect(one.traceCov?.[0]).toBe(whole.traceCov?.[p]);
  });
});

describe("close to the data", () => {
  // Two atoms 2⁻³¹ apart, and one at 100 that moves the mean away from them: s²‖y‖² is 10²², and a gap of 1 nat decides.
  const d = 2 ** -31;
  const all = equalWeights(pointsOf([[0], [d], [100]]));
  const t = 1 - d;
  const s = t / d;

  test("a near tie is told by differences, where products have no digit left", async () => {
    const oracle = await targetOracle(all);
    const noise = pointsOf([[0.25], [-1.5], [3]]);
    const found = await oracle.evaluate(condOt(), { kind: "grid", rows: [0, 1], noise, t: [t] }, { epsilon: 1e-14 });
    expect(found.work.rechecked).toBe(6);
    for (let p = 0; p < 6; p++) {
      const epsilon = noise.data[p % 3] ?? Number.NaN;
      const side = p < 3 ? -1 : 1; // from the atom to the other one is −side
      const gap = (s * d) ** 2 / 2 + side * s * d * epsilon; // log of own weight over the other's, exact but for the last bit
      const own = 1 / (1 + Math.exp(-gap));
      const mean = p < 3 ? (1 - own) * d : own * d;
      expect(Math.abs((found.denoiser.data[p] ?? Number.NaN) - mean)).toBeLessThanOrEqual(4e-16 * d);
      expect(found.certificate.bound?.[p]).toBeGreaterThanOrEqual(Math.abs((found.denoiser.data[p] ?? Number.NaN) - mean));
    }
  });

  test("one atom alone is all of the posterior, and the velocity that of the pair", async () => {
    const oracle = await targetOracle(equalWeights(pointsOf([[0], [1], [100]])));
    const found = await oracle.evaluate(condOt(), {
      kind: "grid",
      rows: [1],
      noise: pointsOf([[0.7]]),
      t: [0.999, t, 1 - 2 ** -52],
    });
    expect([...found.denoiser.data]).toEqual([1, 1, 1]);
    expect([...(found.traceCov ?? [])]).toEqual([0, 0, 0]);
    found.ut.data.forEach((v) => {
      expect(Math.abs(v - 0.3)).toBeLessThan(4e-16);
    });
    expect(found.work.rechecked).toBe(2); // from s ≈ 10⁸ on, where products say nothing
    expect([...(found.certificate.bound ?? [])].every((e) => e < 1e-8 * oracle.radius)).toBe(true);
  });
});

describe("what is refused", () => {
  const { atoms: all } = problem(20, 2, 88);

  test("plans that do not fit, times without a velocity, and more than arithmetic can promise", async () => {
    const oracle = await targetOracle(all);
    const plan: GridPlan = { kind: "grid", rows: [0], noise: noiseOf(1, 2, 1), t: [0.5] };
    await expect(oracle.evaluate(condOt(), { ...plan, rows: [20] })).rejects.toThrow(
      "Cannot find targets: row 20 is no atom of positive weight; expected an index below 20",
    );
    await expect(oracle.evaluate(condOt(), { ...plan, noise: noiseOf(1, 3, 1) })).rejects.toThrow(
      /at least one of each, in 2 coordinates$/,
    );
    await expect(oracle.evaluate(condOt(), { ...plan, t: [] })).rejects.toThrow(RangeError);
    await expect(oracle.evaluate(condOt(), { ...plan, kind: "aligned", t: [0.1, 0.2] })).rejects.toThrow(
      /one of each for every point$/,
    );
    await expect(oracle.evaluate(condOt(), { ...plan, t: [1] })).rejects.toThrow(
      /expected a time at which the velocity is finite$/,
    );
    await expect(oracle.evaluate(condOt(), plan, { epsilon: 1e-18 })).rejects.toThrow(
      /^Cannot certify 1e-18: the bound of target 0 is/,
    );
    await expect(oracle.evaluate(condOt(), plan, { epsilon: 0 })).rejects.toThrow(/expected a positive number$/);
    await expect(targetOracle(all, { bandwidth: -1 })).rejects.toThrow(/^Cannot smooth the data/);
    await expect(targetOracle({ ...all, logWeights: new Float64Array(20) })).rejects.toThrow(
      /the weights sum to (20|19.9+\d*); expected 1$/,
    );
  });
});

test("products in float64 are within their factor, for rows left over by the blocks too", async () => {
  for (const [M, N, D] of [
    [1, 1, 1],
    [5, 3, 7],
    [8, 6, 64],
    [3, 9, 200],
  ] as const) {
    const [a, b] = [noiseOf(M, D, 90 + M), noiseOf(N, D, 91 + N)];
    const products = await float64Products(b);
    const out = new Float64Array(M * N).fill(Number.NaN);
    await products.multiply(a, out);
    for (let i = 0; i < M; i++) {
      for (let n = 0; n < N; n++) {
        const [p, q] = [row(a, i), row(b, n)];
        let [exact, lost] = [0, 0];
        p.forEach((v, d) => {
          const term = v * (q[d] ?? 0);
          const next = exact + term;
          lost += Math.abs(exact) >= Math.abs(term) ? exact - next + term : term - next + exact;
          exact = next;
        });
        const bound = products.factor * Math.hypot(...p) * Math.hypot(...q) + 2e-16 * Math.abs(exact);
        expect(Math.abs((out[i * N + n] ?? Number.NaN) - (exact + lost))).toBeLessThanOrEqual(bound);
      }
    }
  }
});
