import { pointsOf, row, toySetNames } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { figuresAt, TOP } from "./figures.js";
import { DATA_POINTS, modelOf } from "./model.js";

const places = [
  { x: [0.4, 0.3], t: 0.5 },
  { x: [-1.5, 2], t: 0 },
  { x: [3, -3], t: 0.99 },
] as const;

describe.each(toySetNames)("the figures on %s", (data) => {
  const model = modelOf({ data, seed: 1 });

  it.each(places)("hang together at $x, t = $t", (place) => {
    const { weights, top, entropy, ess, mean, conditional, marginal, unweighted } = figuresAt(model, place);
    const z = model.path.atoms.points;
    const sum = (of: (i: number) => number): number => weights.reduce((total, w, i) => total + w * of(i), 0);
    // Velocities reach ‖z − x‖/β ≤ 900 here: 200 roundings of that size stay below 1e-10.
    for (const d of [0, 1] as const) {
      expect(sum((i) => row(conditional, i)[d] ?? 0)).toBeCloseTo(marginal[d] ?? 0, 9);
      expect(sum((i) => row(z, i)[d] ?? 0)).toBeCloseTo(mean[d] ?? 0, 12);
      const plain = Array.from({ length: z.size }, (_, i) => row(conditional, i)[d] ?? 0).reduce((a, b) => a + b, 0) / z.size;
      expect(plain).toBeCloseTo(unweighted[d] ?? 0, 9);
    }
    expect(-sum((i) => (weights[i] === 0 ? 0 : Math.log(weights[i] ?? 0)))).toBeCloseTo(entropy, 11);
    expect(1 / sum((i) => weights[i] ?? 0)).toBeCloseTo(ess, 9);
    expect(top.map(({ weight }) => weight)).toEqual(
      [...weights]
        .sort((a, b) => b - a)
        .slice(0, TOP)
        .map((w) => expect.closeTo(w, 12)),
    );
    for (const { index, z: at } of top) expect(at).toEqual([...row(z, index)]);
  });

  it("give all data points the same say at t = 0", () => {
    const { ess, marginal, unweighted } = figuresAt(model, { x: [1, 1], t: 0 });
    expect(ess).toBeCloseTo(DATA_POINTS, 9);
    expect(marginal).toEqual(unweighted.map((v) => expect.closeTo(v, 12)));
  });
});

it("refuses a set that there is not", () => {
  expect(() => modelOf({ data: "toString", seed: 0 })).toThrow(
    'Cannot show "toString": no such toy set; expected one of checkerboard',
  );
});

it("draws other data for another seed, and reaches beyond them", () => {
  const [a, b] = [modelOf({ data: "moons", seed: 0 }), modelOf({ data: "moons", seed: 1 })];
  expect(a.path.atoms.points).not.toEqual(b.path.atoms.points);
  expect(a).toEqual(expect.objectContaining({ reach: modelOf({ data: "moons", seed: 0 }).reach }));
  expect(Math.max(...a.path.atoms.points.data.map(Math.abs))).toBeLessThan(a.reach);
  expect(pointsOf([[...row(a.path.atoms.points, 0)]]).dim).toBe(2);
});
