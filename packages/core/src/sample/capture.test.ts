import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atoms } from "../distribution/index.js";
import { type Points, points, pointsOf } from "../points/index.js";
import { normal, normalCdf, rngOf, uniform } from "../random/index.js";
import { type CaptureProof, captureGaps, proofFromGaps, proveCapture, verifyCapture } from "./index.js";

/**
 * O4: on the line the flow keeps quantiles, Σ π_i Φ(w − s z_i) = Φ(w_0), so the end of a trajectory is read off one sum:
 * the atom whose step of the cumulative weights holds it. Undefined where rounding cannot tell on which step it stands.
 */
function endOnLine(z: readonly number[], weights: readonly number[], w: number, s: number): number | undefined {
  const order = z.map((_, i) => i).sort((i, j) => z[i] - z[j]);
  const quantile = z.reduce((sum, v, i) => sum + weights[i] * normalCdf(w - s * v), 0);
  let below = 0;
  for (const i of order) {
    below += weights[i];
    if (Math.abs(quantile - below) < 1e-13) return undefined;
    if (quantile < below) return i;
  }
  return order[order.length - 1];
}

/** What every proof at w promises, as [proof, where it was asked]. */
function proofsAt(data: ReturnType<typeof atoms>, w: Float64Array, s: number): CaptureProof[] {
  return Array.from({ length: data.points.size }, (_, i) => proveCapture(data, w, s, i)).filter((proof) => proof !== undefined);
}

const finite = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });

describe("a captured trajectory ends at its atom", () => {
  it("on the line, against the quantile coupling: the point itself and both ends of the radius, never wrong in 10,000", () => {
    const N = 10_000;
    const [sizes, places, heights, at] = [1, 2, 3, 4].map((key) => uniform(rngOf(key), new Float64Array(8 * N)));
    let captured = 0;
    for (let n = 0; n < N; n++) {
      const size = 2 + Math.floor(5 * sizes[n]);
      const z = Array.from({ length: size }, (_, i) => 6 * places[8 * n + i] - 3);
      const raw = Array.from({ length: size }, (_, i) => 0.02 + heights[8 * n + i] ** 3);
      const total = raw.reduce((sum, v) => sum + v, 0);
      const weights = raw.map((v) => v / total);
      const data = atoms(pointsOf(z.map((v) => [v])), weights);
      const s = 4 * at[8 * n];
      const w = Float64Array.of(s * (8 * at[8 * n + 1] - 4) + 4 * at[8 * n + 2] - 2);
      const proofs = proofsAt(data, w, s);
      expect(proofs.length).toBeLessThanOrEqual(1);
      for (const { atom, radius } of proofs) {
        captured++;
        expect([atom, undefined]).toContain(endOnLine(z, weights, w[0], s));
        for (const edge of [w[0] - radius, w[0] + radius]) expect([atom, undefined]).toContain(endOnLine(z, weights, edge, s));
      }
    }
    expect(captured).toBeGreaterThan(N / 3); // the inequality is no empty promise
    expect(captured).toBeLessThan(N);
  });

  it("on product sets, against one line for each coordinate", () => {
    const line = fc.array(finite(-2, 2), { minLength: 2, maxLength: 3 }).filter((z) => {
      const sorted = [...z].sort((p, q) => p - q);
      return sorted.every((v, i) => i === 0 || v - sorted[i - 1] > 0.05);
    });
    let captured = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 4 }), fc.nat(), finite(0.1, 4), (lines, seed, s) => {
        const rows = lines.reduce<number[][]>((all, z) => all.flatMap((row) => z.map((v) => [...row, v])), [[]]);
        const data = atoms(pointsOf(rows));
        const draw = normal(rngOf(seed), new Float64Array(2 * lines.length));
        const start = rows[seed % rows.length];
        const w = Float64Array.from(start, (v, d) => s * v + draw[d]);
        const ends = lines.map((z, d) =>
          endOnLine(
            z,
            z.map(() => 1 / z.length),
            w[d],
            s,
          ),
        );
        for (const { atom, radius } of proofsAt(data, w, s)) {
          captured++;
          const named = rows[atom].map((v, d) => lines[d].indexOf(v));
          for (const [d, end] of ends.entries()) expect([named[d], undefined]).toContain(end);
          // the nearest way out is along one coordinate: from the edge of the ball it still is not left
          lines.forEach((z, d) => {
            for (const edge of [w[d] - radius, w[d] + radius]) {
              expect([named[d], undefined]).toContain(
                endOnLine(
                  z,
                  z.map(() => 1 / z.length),
                  edge,
                  s,
                ),
              );
            }
          });
        }
      }),
    );
    expect(captured).toBeGreaterThan(20);
  });

  it("for two atoms of equal weight exactly on its side of the bisector, with the distance to it as radius", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), finite(0.1, 5), (dim, seed, s) => {
        const draw = normal(rngOf(seed), new Float64Array(3 * dim));
        const data = atoms(points(draw.slice(0, 2 * dim), dim));
        const w = draw.slice(2 * dim);
        const [gap, distance] = [captureGaps(data, w, s, 0).gap[0], captureGaps(data, w, s, 0).distance[0]];
        const proof = proveCapture(data, w, s, gap > 0 ? 0 : 1);
        const toBisector = Math.abs(gap) / distance;
        expect(proof?.radius).toBeLessThanOrEqual(toBisector);
        expect(proof?.radius).toBeGreaterThan(toBisector * (1 - 2 ** -13)); // bisection, from below
        expect(proveCapture(data, w, s, gap > 0 ? 1 : 0)).toBeUndefined();
      }),
    );
  });
});

describe("a proof", () => {
  const data = atoms(
    pointsOf([
      [0, 0],
      [2, 0],
      [0, 3],
    ]),
    [1, 2, 3],
  );
  const w = Float64Array.of(0.4, 0.3);
  const proof = proveCapture(data, w, 1.5, 0);

  it("passes when checked from scratch, and everything within its radius is captured too", () => {
    if (proof === undefined) throw new Error("expected a capture");
    expect(verifyCapture(data, w, proof)).toBe(true);
    for (let k = 0; k < 32; k++) {
      const [x, y] = [Math.cos(k), Math.sin(k)].map((v) => 0.999 * proof.radius * v);
      const moved = Float64Array.of(w[0] + x, w[1] + y);
      const there = proveCapture(data, moved, 1.5, 0);
      expect(there).toBeDefined();
      // radii are distances to a set that is not captured by the same inequality: 1-Lipschitz
      expect(there?.radius).toBeGreaterThan(proof.radius - Math.hypot(x, y) - 2 ** -13 * proof.radius);
    }
  });

  it("is refused with any one of its claims made wrong", () => {
    if (proof === undefined) throw new Error("expected a capture");
    const wrong: Partial<CaptureProof>[] = [
      { atom: 1 },
      { s: 0.2 },
      { radius: proof.radius * 1.01 },
      { radius: Number.NaN },
      { radius: -1 },
      { rho: proof.rho * 0.9 },
      { rho: proof.dMin },
      { dMin: proof.dMin * 1.01 },
      { dMin: 0 },
    ];
    for (const claim of wrong) expect(verifyCapture(data, w, { ...proof, ...claim })).toBe(false);
    expect(verifyCapture(data, Float64Array.of(1, 1.5), proof)).toBe(false);
  });

  it("is trivial over one atom, and impossible between two copies of a point", () => {
    const one = proveCapture(atoms(pointsOf([[1, 2]])), w, 0, 0);
    expect(one).toEqual({ atom: 0, s: 0, rho: 0, dMin: Infinity, radius: Infinity });
    const copies = { points: pointsOf([[1], [1]]), logWeights: Float64Array.of(-Math.LN2, -Math.LN2) };
    expect(proveCapture(copies, Float64Array.of(100), 100, 0)).toBeUndefined();
    const ghost = { points: pointsOf([[1], [1]]), logWeights: Float64Array.of(0, -Infinity) };
    expect(proveCapture(ghost, Float64Array.of(100), 100, 0)?.radius).toBe(Infinity);
    expect(() => proveCapture(ghost, w, 1, 1)).toThrow(RangeError);
  });

  it("says what is not valid", () => {
    expect(() => proveCapture(data, w, 1, 3)).toThrow("Cannot prove a capture: the atom is 3; expected one of 3 atoms");
    expect(() => proveCapture(data, Float64Array.of(1), 1, 0)).toThrow("Cannot prove a capture: w has 1 numbers");
    expect(() => proveCapture(data, Float64Array.of(1, Number.NaN), 1, 0)).toThrow(RangeError);
    expect(() => proveCapture(data, w, -1, 0)).toThrow("Cannot prove a capture: s is -1");
  });

  it("from coarser bounds claims less", () => {
    const gaps = captureGaps(data, w, 1.5, 0);
    const coarse = proofFromGaps({
      ...gaps,
      gap: gaps.gap.map((h) => h - 0.05),
      distance: gaps.distance.map((d) => d * 1.01),
      dMin: gaps.dMin * 0.99,
    });
    if (proof === undefined || coarse === undefined) throw new Error("expected captures");
    expect(coarse.radius).toBeLessThan(proof.radius);
    expect(coarse.rho).toBeGreaterThan(proof.rho);
    expect(verifyCapture(data, w, coarse)).toBe(true);
  });
});

it("keeps itself: along the exact flow the radius of a captured point never falls below what the drift takes", () => {
  const rows: Points = pointsOf([[-1.5], [0.2], [1]]);
  const data = atoms(rows, [1, 3, 2]);
  const w = Float64Array.of(0.9);
  let last: CaptureProof | undefined;
  for (let n = 0, s = 1; n < 2000; n++, s += 0.002) {
    const proof = proveCapture(data, w, s, 2);
    if (last !== undefined) expect(proof).toBeDefined();
    last = proof;
    const lambda = Array.from(rows.data, (z, i) => Math.exp(data.logWeights[i] + s * w[0] * z - (s * s * z * z) / 2));
    const mass = lambda.reduce((sum, v) => sum + v, 0);
    w[0] += 0.002 * (lambda.reduce((sum, v, i) => sum + v * rows.data[i], 0) / mass);
  }
  expect(last?.atom).toBe(2);
});
