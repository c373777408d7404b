import { cosine, normal, points, pointsOf, rngOf, uniform, zeros } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { adjacentBatch, conditionalSteps, drawUntil, reflowBatch } from "./flow-map-batch.js";
import { hostBatch } from "./training-batch.js";

const N = 4000;
const t = uniform(rngOf(1), new Float64Array(N));

describe("drawUntil", () => {
  it("gives the share of r = t that is asked for, and else times uniform up to 1", () => {
    const until = drawUntil(rngOf(2), t, 0.25);
    const later = [...until.entries()].filter(([b, r]) => r > Number(t[b]));
    // Four standard errors of a share: 4·√(0.25·0.75/4000).
    expect(Math.abs(later.length / N - 0.75)).toBeLessThan(0.028);
    const places = later.map(([b, r]) => (r - Number(t[b])) / (1 - Number(t[b])));
    expect(Math.abs(places.reduce((sum, p) => sum + p, 0) / places.length - 0.5)).toBeLessThan(4 / Math.sqrt(12 * places.length));
    expect(places.every((p) => p <= 1)).toBe(true);
    expect(drawUntil(rngOf(2), t, 1)).toEqual(t);
    expect(() => drawUntil(rngOf(2), t, 1.5)).toThrow("the share of r = t is 1.5; expected 0 to 1");
  });
});

describe("steps to a next point", () => {
  it("of trajectories end where the next state is", () => {
    const times = [0, 0.25, 1];
    const states = [3, 4, 5].map((seed) => points(normal(rngOf(seed), new Float64Array(8)), 2));
    const batch = adjacentBatch(rngOf(6), { times, states }, 50);
    const kinds = new Set<number>();
    for (let b = 0; b < 50; b++) {
      const k = times.indexOf(Number(batch.t[b]));
      kinds.add(k);
      expect(batch.until[b]).toBe(times[k + 1]);
      const rowOf = (i: number) => [0, 1].map((d) => Number(states[k]?.data[2 * i + d]));
      const found = [0, 1, 2, 3].find((i) => rowOf(i)[0] === batch.xt.data[2 * b]) ?? -1;
      for (const d of [0, 1]) {
        expect(batch.xt.data[2 * b + d]).toBe(rowOf(found)[d]);
        const next =
          Number(batch.xt.data[2 * b + d]) + (Number(batch.until[b]) - Number(batch.t[b])) * Number(batch.ut.data[2 * b + d]);
        expect(next).toBeCloseTo(Number(states[k + 1]?.data[2 * found + d]), 13);
      }
    }
    expect([...kinds].sort()).toEqual([0, 1]);
    expect(() => adjacentBatch(rngOf(6), { times: [0], states }, 5)).toThrow("there are 1 times and 3 states");
  });

  it("of conditional paths stay on them, curved ones too, and up to t = 1", () => {
    const [x0, z] = [pointsOf([[1, -2]]), pointsOf([[3, 0.5]])];
    const scheduler = cosine();
    const { xt, ut } = conditionalSteps(scheduler, { t: Float64Array.of(0.2), x0, z }, Float64Array.of(1));
    z.data.forEach((v, d) => {
      const { alpha, beta } = scheduler.at(0.2);
      expect(xt.data[d]).toBe(alpha * v + beta * Number(x0.data[d]));
      expect(Number(xt.data[d]) + 0.8 * Number(ut.data[d])).toBeCloseTo(v, 14);
    });
    expect(() => conditionalSteps(scheduler, { t: Float64Array.of(0.2), x0, z }, Float64Array.of(0.2))).toThrow(
      "until[0] is 0.2 and t is 0.2; expected a later time",
    );
  });
});

it("reflowBatch joins the ends of one row by a straight line", () => {
  const x0 = points(normal(rngOf(7), new Float64Array(20)), 2);
  const x1 = { ...x0, data: x0.data.map((v) => 2 * v + 1) };
  const { t: times, xt, ut } = reflowBatch(rngOf(8), { x0, x1 }, 30);
  ut.data.forEach((u, i) => {
    // x₁ − x₀ = x₀ + 1, so that x_t = x₀ + t·u.
    expect(xt.data[i]).toBeCloseTo(u - 1 + Number(times[Math.floor(i / 2)]) * u, 13);
  });
});

it("second times are asked for by the objectives that have them, and must be theirs", () => {
  const batch = { t: Float64Array.of(0.5, 0.6), xt: zeros(2, 1), ut: zeros(2, 1) };
  const until = (...r: number[]) => ({ ...batch, until: Float64Array.from(r) });
  expect(hostBatch(until(0.7, 0.8), { dim: 1 })).not.toHaveProperty("until");
  expect(hostBatch(until(0.5, 0.25), { dim: 1, objective: "meanFlow" }).until).toEqual(Float32Array.of(0.5, 0.25));
  expect(() => hostBatch(until(0.7, 0.6), { dim: 1, objective: "consistency" })).toThrow(
    'for the objective "consistency": until[1] is 0.6; expected times after t and at most 1',
  );
  expect(() => hostBatch(until(0.7, 1.1), { dim: 1, objective: "meanFlow" })).toThrow(
    "until[1] is 1.1; expected times in [0, 1]",
  );
  expect(() => hostBatch(batch, { dim: 1, objective: "meanFlow" })).toThrow("until is [absent]; expected times in [0, 1], [2]");
});
