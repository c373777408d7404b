import { condOt, cosine, type MarginalField, points, pointsOf, type Scheduler } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { distance, draws, fieldOver, jacobian, velocity } from "./exact.js";

/* O7: symmetric data. Every symmetry of the data is one of the field, and at the centre all is known. */
const r = 1.7;
const polygon = (n: number): number[][] =>
  Array.from({ length: n }, (_, k) => [r * Math.cos((2 * Math.PI * k) / n), r * Math.sin((2 * Math.PI * k) / n)]);

/** D + 1 points at distance r from their centre and equally far from each other: the rows of Helmert's matrix, scaled. */
function simplex(D: number): number[][] {
  const scale = r * Math.sqrt((D + 1) / D);
  return Array.from({ length: D + 1 }, (_, k) =>
    Array.from({ length: D }, (__, j) => {
      const helmert = k <= j ? 1 : k === j + 1 ? -(j + 1) : 0; // (1, …, 1, −j − 1, 0, …)/√((j + 1)(j + 2))
      return (scale * helmert) / Math.sqrt((j + 1) * (j + 2));
    }),
  );
}

/** The Jacobian at the centre: (β̇/β)·I + (α̇ − αβ̇/β)(α/β²)·(r²/D)·I. */
function centre(scheduler: Scheduler, t: number, D: number): number {
  const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
  return dBeta / beta + (dAlpha - (alpha * dBeta) / beta) * (alpha / beta ** 2) * (r ** 2 / D);
}

function expectCentre(field: MarginalField, D: number): void {
  for (const t of [0.1, 0.4, 0.7]) {
    const origin = points(new Float64Array(D), D);
    expect(distance(velocity(field, t, origin), new Float64Array(D))).toBeLessThan(1e-13);
    const expected = Array.from({ length: D * D }, (_, at) => (at % (D + 1) === 0 ? centre(field.scheduler, t, D) : 0));
    expect(distance(jacobian(field, t, origin).flat(), expected)).toBeLessThan(1e-11);
  }
}

describe.each([condOt(), cosine()].map((s) => [s.name, s] as const))("%s", (_, scheduler) => {
  test.each([3, 4, 5, 8])("at the centre of the regular %d-gon u = 0 and the Jacobian is a multiple of I", (n) => {
    expectCentre(fieldOver(scheduler, polygon(n)), 2);
  });

  test("at the centre of the hypercube likewise", () => {
    const side = r / Math.sqrt(3);
    const cube = Array.from({ length: 8 }, (_, i) => [0, 1, 2].map((d) => ((i >> d) & 1 ? side : -side)));
    expectCentre(fieldOver(scheduler, cube), 3);
  });

  test.each([2, 3, 6])("at the centre of the simplex in dim %d likewise", (D) => {
    const rows = simplex(D);
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(r, 12);
    expectCentre(fieldOver(scheduler, rows), D);
  });

  test("turning or reflecting the point turns or reflects the velocity, for every symmetry of the pentagon", () => {
    const field = fieldOver(scheduler, polygon(5));
    const x = draws(3, 1, 2);
    for (let k = 0; k < 5; k++) {
      for (const mirror of [1, -1]) {
        const [c, s] = [Math.cos((2 * Math.PI * k) / 5), Math.sin((2 * Math.PI * k) / 5)];
        const move = ([p, q]: ArrayLike<number> & Iterable<number>): number[] => [c * p - s * mirror * q, s * p + c * mirror * q];
        const u = velocity(field, 0.6, x);
        expect(distance(velocity(field, 0.6, pointsOf([move(x.data)])), move(u))).toBeLessThan(1e-12);
      }
    }
  });
});
