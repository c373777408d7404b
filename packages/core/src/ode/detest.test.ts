import { describe, expect, test } from "vitest";
import { distance, fieldOf, pointOf } from "../../../../tests/support/ode-problems.js";
import { row } from "../points/index.js";
import { adaptive } from "./adaptive.js";
import { dopri5 } from "./dormand-prince.js";
import { recordStates } from "./record-states.js";
import { saveAt } from "./save-at.js";
import { solve } from "./solve.js";
import { uniformGrid } from "./time-grid.js";
import { pointSpace } from "./vector-space.js";

type Formula = (t: number, y: Float64Array) => readonly number[];

/** A two-body orbit of eccentricity e from its perihelion, with velocities; classes D1 to D5. */
const orbit: Formula = (_, [x, y, dx, dy]) => {
  const cubed = (x * x + y * y) ** 1.5;
  return [dx, dy, -x / cubed, -y / cubed];
};
const perihelion = (e: number): number[] => [1 - e, 0, 0, Math.sqrt((1 + e) / (1 - e))];

/** Problems of the DETEST set [Hull1972] on [0, 20] with the solutions at t = 20 that its 1987 edition gives [Enright1987]. */
const detest: [name: string, formula: Formula, y0: number[], y20: number[]][] = [
  ["A1", (_, [y]) => [-y], [1], [2.061153353012535e-9]], // misses e⁻²⁰ = 2.061153622438558e-9 by its own tolerance
  ["A2", (_, [y]) => [-(y ** 3) / 2], [1], [2.182178902359887e-1]],
  ["A3", (t, [y]) => [y * Math.cos(t)], [1], [2.49165027185041]],
  ["A4", (_, [y]) => [(y / 4) * (1 - y / 20)], [1], [1.773016648131483e1]],
  ["A5", (t, [y]) => [(y - t) / (y + t)], [4], [-7.887826688964196e-1]],
  ["B1", (_, [x, y]) => [2 * (x - x * y), -(y - x * y)], [1, 3], [6.761876008576667e-1, 1.860816099640036e-1]],
  ["B2", (_, [x, y, z]) => [-x + y, x - 2 * y + z, y - z], [2, 0, 1], [1.000000001030576, 1, 9.999999989694235e-1]],
  ["B3", (_, [x, y]) => [-x, x - y * y, y * y], [1, 0, 0], [2.061153488557776e-9, 5.257228022048349e-2, 9.47427717718363e-1]],
  [
    "B4",
    (_, [x, y, z]) => {
      const r = Math.hypot(x, y);
      return [-y - (x * z) / r, x - (y * z) / r, x / r];
    },
    [3, 0, 0],
    [9.826950928005993e-1, 2.198447081694832, 9.129452507276399e-1],
  ],
  [
    "B5",
    (_, [x, y, z]) => [y * z, -x * z, -0.51 * x * y],
    [0, 1, 1],
    [-9.396570798729192e-1, -3.421177754000779e-1, 7.414126596199957e-1],
  ],
  ["D1", orbit, perihelion(0.1), [2.198835352008397e-1, 9.427076846341813e-1, -9.787659841058176e-1, 3.287977990962036e-1]],
  ["D2", orbit, perihelion(0.3), [-1.777027357140412e-1, 9.467784719905892e-1, -1.030294163192969, 1.211074890053952e-1]],
  ["D3", orbit, perihelion(0.5), [-5.78043295303536e-1, 8.63384000919419e-1, -9.595083730380727e-1, -6.504915126712089e-2]],
  ["D4", orbit, perihelion(0.7), [-9.538990293416394e-1, 6.907409024219432e-1, -8.212674270877433e-1, -1.539574259125825e-1]],
  ["D5", orbit, perihelion(0.9), [-1.295266250987574, 4.003938963792321e-1, -6.775390924707566e-1, -1.270838154278686e-1]],
  ["E2", (_, [x, y]) => [y, (1 - x * x) * y - x], [2, 0], [2.008149762174948, -4.250887527320057e-2]],
];

test.each(detest)("DETEST %s ends at its published solution", (_, formula, y0, y20) => {
  const { y, status } = solve(
    adaptive(pointSpace, dopri5, pointOf(...y0), [0, 20], { rtol: 1e-12, atol: 1e-12 }),
    fieldOf(formula),
  );
  expect(status).toBe("done");
  // Rounding and the tolerance, amplified along three orbits: most by D5, eccentricity 0.9.
  expect(distance(y, y20)).toBeLessThan(1e-9);
});

test("orbits keep the closed form of Kepler's equation along the whole way, in one batch of all eccentricities", () => {
  const eccentricities = [0.1, 0.3, 0.5, 0.7, 0.9];
  const start = pointOf(...eccentricities.flatMap(perihelion));
  const times = uniformGrid(40, { to: 20 });
  const options = { rtol: 1e-11, atol: 1e-11 };
  const keep = recordStates(pointSpace);
  const onSegment = saveAt(pointSpace, times, keep.onStep);
  solve(adaptive(pointSpace, dopri5, { ...start, size: 5, dim: 4 }, [0, 20], { ...options, onSegment }), fieldOf(orbit));
  for (const [n, t] of times.entries()) {
    eccentricities.forEach((e, b) => {
      let anomaly = t; // E − e sin E = t, by Newton's iteration
      for (let i = 0; i < 50; i++) anomaly -= (anomaly - e * Math.sin(anomaly) - t) / (1 - e * Math.cos(anomaly));
      const expected = [Math.cos(anomaly) - e, Math.sqrt(1 - e * e) * Math.sin(anomaly)];
      const found = row(keep.states[n], b).subarray(0, 2);
      expect(distance(pointOf(...found), expected)).toBeLessThan(1e-7); // 1e-11 over 1000 steps, amplified in close passages
    });
  }
});

describe("the Arenstorf orbit", () => {
  const [moon, earth] = [0.012277471, 1 - 0.012277471];
  const field = fieldOf((_, [x, y, dx, dy]) => {
    const toEarth = ((x + moon) ** 2 + y * y) ** 1.5;
    const toMoon = ((x - earth) ** 2 + y * y) ** 1.5;
    return [
      dx,
      dy,
      x + 2 * dy - (earth * (x + moon)) / toEarth - (moon * (x - earth)) / toMoon,
      y - 2 * dx - (earth * y) / toEarth - (moon * y) / toMoon,
    ];
  });
  const start = pointOf(0.994, 0, 0, -2.0015851063790824);
  const period = 17.065216560157964;

  /** What the code of the book prints for rtol = atol = 1e-7 at t = 2, 4, …, 16: its dense output [Hairer1993, appendix]. */
  const printed = [
    [-0.5798781411, 0.6090775251],
    [-0.198333527, 1.137638086],
    [-0.4735743943, 0.2239068118],
    [-1.17455335, -0.2759466982],
    [-0.8398073466, 0.4468302268],
    [0.01314712468, -0.8385751499],
    [-0.6031129504, -0.9912598031],
    [0.2427110999, -0.3899948833],
  ];

  test("takes the steps of the published run, evaluation for evaluation, and its dense output", () => {
    const keep = recordStates(pointSpace);
    const onSegment = saveAt(pointSpace, uniformGrid(8, { from: 0, to: 16 }), keep.onStep);
    const options = { rtol: 1e-7, atol: 1e-7, onSegment };
    const { nfe, steps, status } = solve(adaptive(pointSpace, dopri5, start, [0, period], options), field);
    // The book's code counts no rejections before the first accepted step: 22 of these 24.
    expect([nfe, steps, status]).toEqual([1442, { accepted: 216, rejected: 24 }, "done"]);
    printed.forEach((expected, i) => {
      const [x, y] = keep.states[i + 1].data;
      expect(distance(pointOf(x, y), expected)).toBeLessThan(5e-8); // rounding, amplified by each passage; the run itself is off by 1e-6 to 7e-6
    });
  });

  test("closes after its period", () => {
    const { y } = solve(adaptive(pointSpace, dopri5, start, [0, period], { rtol: 1e-12, atol: 1e-12 }), field);
    // Errors grow by about 1e7 over one period; the position is the better half.
    expect(distance(pointOf(y.data[0], y.data[1]), [0.994, 0])).toBeLessThan(1e-7);
  });
});
