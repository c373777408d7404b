import { expect, test } from "vitest";
import { type Points, points, zeros } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { normalisedPathEnergy, pathEnergy, straightness } from "./path-energy.js";

/** Unit circles at unit angular speed over a quarter turn, from every direction. */
function circles(steps: number): readonly [number[], Points[]] {
  const times = Array.from({ length: steps + 1 }, (_, k) => (Math.PI / 2) * (k / steps) ** 1.5);
  const states = times.map((t) => {
    const x = zeros(4, 2);
    for (let b = 0; b < 4; b++) x.data.set([Math.cos(t + b), Math.sin(t + b)], 2 * b);
    return x;
  });
  return [times, states];
}

test("a quarter turn has energy π/2 and straightness π/2 − 2/(π/2), approached from below at order two", () => {
  const span = Math.PI / 2;
  const exact = [span, span - 2 / span]; // ‖chord‖² = 2
  const gaps = [10, 20, 40].map((steps) => {
    const [times, states] = circles(steps);
    return [exact[0] - pathEnergy(times, states), exact[1] - straightness(times, states)];
  });
  for (const which of [0, 1]) {
    const [coarse, middle, fine] = gaps.map((gap) => gap[which]);
    expect(fine).toBeGreaterThan(0);
    expect(Math.log2(coarse / middle)).toBeCloseTo(2, 1);
    expect(Math.log2(middle / fine)).toBeCloseTo(2, 1);
  }
});

test("straight lines at constant speed have straightness zero and the energy of their ends", () => {
  const x0 = points(normal(rngOf(1), new Float64Array(30)), 3);
  const x1 = points(normal(rngOf(2), new Float64Array(30)), 3);
  const times = [0, 0.1, 0.25, 0.7, 1];
  const states = times.map((t) =>
    points(
      x0.data.map((v, at) => (1 - t) * v + t * x1.data[at]),
      3,
    ),
  );
  const chord = x0.data.reduce((sum, v, at) => sum + (x1.data[at] - v) ** 2, 0) / 10;
  expect(straightness(times, states)).toBeLessThan(1e-28); // squares of rounding errors 1e-15/Δt
  expect(pathEnergy(times, states)).toBeCloseTo(chord, 12);
  expect(normalisedPathEnergy(pathEnergy(times, states), chord)).toBeLessThan(1e-13);
});

test("a straight line at uneven speed is not straight in time: x = t² has straightness 4/3 − 1", () => {
  const steps = 1000;
  const times = Array.from({ length: steps + 1 }, (_, k) => k / steps);
  const states = times.map((t) => points(Float64Array.of(t * t), 1));
  // Chords of t²: ∫ẋ² falls short by Δt²/3 exactly.
  expect(straightness(times, states)).toBeCloseTo(1 / 3 - 1 / (3 * steps ** 2), 11);
});

test("straightness is the path energy less that of the chord", () => {
  const [times, states] = circles(13);
  const last = states[13].data;
  const chord = states[0].data.reduce((sum, v, at) => sum + (last[at] - v) ** 2, 0) / 4 / (Math.PI / 2);
  expect(straightness(times, states)).toBeCloseTo(pathEnergy(times, states) - chord, 13);
});

test("trajectories and energies that make no sense are refused", () => {
  const x = zeros(1, 1);
  expect(() => pathEnergy([0], [x])).toThrow(/there are 1 times and 1 states; expected as many, at least 2/);
  expect(() => straightness([0, 1, 2], [x, x])).toThrow(/there are 3 times and 2 states/);
  expect(() => straightness([0, 0], [x, x])).toThrow(/time 1 is 0 after 0; expected ascending times/);
  expect(() => pathEnergy([0, 1], [x, zeros(2, 1)])).toThrow(/state 1 is \[2, 1\]; expected \[1, 1\]/);
  expect(() => normalisedPathEnergy(1, 0)).toThrow(/^Cannot normalise the path energy/);
});
