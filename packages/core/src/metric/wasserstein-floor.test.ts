import { expect, test } from "vitest";
import reference from "../../../../tests/parity/w2_sampling_floors.json" with { type: "json" };
import { diagonalMoons, eightGaussians, moons } from "../distribution/index.js";
import { points } from "../points/index.js";
import { normal, type Rng, rngOf } from "../random/index.js";
import { type Wasserstein2FloorOptions, wasserstein2Floor } from "./wasserstein-floor.js";
import { wasserstein2Line } from "./wasserstein-line.js";

const torchdynGrid = (rng: Rng, n: number) => diagonalMoons(rng, n);
const protocols: readonly (readonly [
  string,
  (rng: Rng, n: number) => ReturnType<typeof moons>,
  Partial<Wasserstein2FloorOptions>,
])[] = [
  ["8gaussians torchcfm utils (scale 5, covariance sqrt(0.1) I", (rng, n) => eightGaussians(rng, n), {}],
  ["8gaussians scale 5 with std sqrt(0.1)=0.3162", (rng, n) => eightGaussians(rng, n, { std: Math.sqrt(0.1) }), {}],
  [
    "moons noise 0.2, x3-1 (torchcfm/C2OT tutorial) with GAUSSIAN",
    (rng, n) => moons(rng, n, { noise: 0.2, scale: 3, shift: -1 }),
    {},
  ],
  ["torchcfm/C2OT moons = torchdyn", torchdynGrid, {}],
  ["same, grid reference vs i.i.d. draw", (rng, n) => diagonalMoons(rng, n, { iid: true }), { reference: torchdynGrid }],
];

test.each(protocols)(
  "what a perfect generator scores at n = 1000 is the independent measurement: %s…",
  (name, sample, options) => {
    const published = reference.cases.find(({ data, n }) => data.startsWith(name) && n === 1000);
    const [mean, deviation] = published?.W2 ?? [Number.NaN, Number.NaN];
    const repetitions = 2;
    const { w2 } = wasserstein2Floor(sample, 1000, { rng: rngOf(1), repetitions, ...options });
    // Both are means, of 2 and of `reps` scores with the same deviation: five standard errors of their difference.
    expect(Math.abs(w2.mean - mean)).toBeLessThan(5 * deviation * Math.sqrt(1 / repetitions + 1 / (published?.reps ?? 0)));
  },
);

test("the floor of moons with Gaussian noise is not that of the published data", () => {
  // 0.245 against 0.102: what separates the two protocols is far above the tolerance of the test before.
  const find = (start: string): number => reference.cases.find(({ data, n }) => data.startsWith(start) && n === 1000)?.W2[0] ?? 0;
  expect(find("moons noise 0.2, x3-1 (torchcfm")).toBeGreaterThan(find("torchcfm/C2OT moons") + 5 * 0.0084);
});

test("the floor is the mean and deviation over independent pairs, here of the line", () => {
  const sample = (rng: Rng, n: number) => points(normal(rng, new Float64Array(n)), 1);
  const seen: Float64Array[] = [];
  const spy = (rng: Rng, n: number) => {
    const x = sample(rng, n);
    seen.push(x.data);
    return x;
  };
  const { w2, w2Squared } = wasserstein2Floor(spy, 50, { rng: rngOf(2), repetitions: 3 });
  const squares = [0, 1, 2].map((r) => wasserstein2Line({ values: seen[2 * r] }, { values: seen[2 * r + 1] }));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / 3;
  expect(w2Squared.mean).toBeCloseTo(mean(squares), 12);
  expect(w2.mean).toBeCloseTo(mean(squares.map(Math.sqrt)), 12);
  const centre = mean(squares);
  expect(w2Squared.deviation).toBeCloseTo(Math.sqrt(squares.reduce((sum, s) => sum + (s - centre) ** 2, 0) / 2), 12);
  expect(new Set(seen.map(([first]) => first)).size).toBe(6);
});

test("one repetition has no deviation, and none is refused", () => {
  const sample = (rng: Rng, n: number) => moons(rng, n);
  expect(wasserstein2Floor(sample, 5, { rng: rngOf(1), repetitions: 1 }).w2.deviation).toBe(0);
  expect(() => wasserstein2Floor(sample, 5, { rng: rngOf(1), repetitions: 0 })).toThrow(
    "Cannot measure a sampling floor: repetitions is 0; expected a positive integer",
  );
});
