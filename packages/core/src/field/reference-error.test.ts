import { describe, expect, it } from "vitest";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { lengthOf } from "./length-of.js";
import { reachOf } from "./reach.js";
import { referenceBackend } from "./reference-backend.js";
import { referenceError } from "./reference-error.js";
import { scanAtoms } from "./scan.js";

const atomsAt = (rows: readonly (readonly number[])[]) => ({
  points: pointsOf(rows),
  logWeights: new Float64Array(rows.length).fill(-Math.log(rows.length)),
});
const query = { alpha: 0.5, variance: 0.25, spread: false, top: 0, tangent: undefined };

describe("how far atoms reach", () => {
  it("is the largest distance from the mean and from zero, at scales whose squares leave float64", () => {
    for (const scale of [1, 1e-200, 1e200]) {
      const { radius, norm, size } = reachOf(
        atomsAt([
          [3 * scale, 4 * scale],
          [3 * scale, -4 * scale],
        ]),
      );
      expect(norm / scale).toBeGreaterThanOrEqual(5);
      expect(norm / scale).toBeCloseTo(5, 13);
      expect(radius / scale).toBeGreaterThanOrEqual(4);
      expect(radius / scale).toBeCloseTo(4, 13);
      expect(size).toBe(2);
    }
    expect(reachOf(atomsAt([[0, 0]]))).toEqual({ radius: 0, norm: 0, size: 1 });
  });

  it("a length is no less than the true one, and neither over- nor underflows", () => {
    expect(lengthOf(Float64Array.of(3e-200, 4e-200))).toBeGreaterThanOrEqual(5e-200);
    expect(lengthOf(Float64Array.of(3e200, 4e200)) / 5e200).toBeCloseTo(1, 13);
    expect(lengthOf(new Float64Array(3))).toBe(0);
    expect(lengthOf(Float64Array.of(1, Infinity))).toBe(Infinity);
  });
});

describe("the rounding of the reference", () => {
  it("is bounded for 200 000 coordinates, by about D²u nats near the data", () => {
    const D = 200_000;
    const z = points(normal(rngOf(3), new Float64Array(2 * D)), D);
    const atoms = { points: z, logWeights: new Float64Array(2).fill(-Math.LN2) };
    const x = points(
      z.data.slice(0, D).map((v) => 0.99 * v + 0.01),
      D,
    );
    const at = { ...query, alpha: 0.99, variance: 1e-4 };
    const error = referenceError(x, at, reachOf(atoms), scanAtoms(atoms, x, at));
    expect(error.logit[0]).toBeLessThan(2 * D * (D / 2 + 200) * 2 ** -53);
    expect(error.logit[0]).toBeGreaterThan(D * (D / 2) * 2 ** -53 * 0.5);
  });

  it("grows with 1/β between two atoms, and not on the path to one", () => {
    const atoms = atomsAt([[1], [-1]]);
    const logitAt = (x: number, beta: number): number => {
      const at = { ...query, alpha: 1, variance: beta * beta };
      return referenceError(pointsOf([[x]]), at, reachOf(atoms), scanAtoms(atoms, pointsOf([[x]]), at)).logit[0];
    };
    expect(logitAt(0, 1e-6) / logitAt(0, 1e-4)).toBeCloseTo(1e4, -3); // r²/2v
    expect(logitAt(1 + 1e-6, 1e-6)).toBeLessThan(1e-8);
  });

  it("has no bound where all logits are −∞, where 1/v lost its digits, or where a square may have overflowed", () => {
    const atoms = atomsAt([[1], [-1]]);
    const errorAt = (x: number, variance: number) => {
      const at = { ...query, variance };
      return referenceError(pointsOf([[x]]), at, reachOf(atoms), scanAtoms(atoms, pointsOf([[x]]), at));
    };
    expect(errorAt(1e200, 1).logit[0]).toBe(Infinity);
    expect(errorAt(1e154, 1e307).logit[0]).toBe(Infinity);
    expect(errorAt(1, 1e308).logit[0]).toBe(Infinity);
    expect(errorAt(1, 1).logit[0]).toBeLessThan(1e-12);
  });

  it("of one atom is that of reading it: nothing is skipped, and the mean is off by two roundings", () => {
    const atoms = atomsAt([[3, 4]]);
    const x = pointsOf([[1, 1]]);
    const error = referenceError(x, query, reachOf(atoms), scanAtoms(atoms, x, query));
    expect(error.skipped[0]).toBe(0);
    expect(error.mean[0]).toBeLessThan(1e-11); // γ of a block, as R is known from the mass alone
  });
});

it("the reference refuses weights that do not sum to one, and scans after close", async () => {
  expect(() => referenceBackend({ points: pointsOf([[0], [1]]), logWeights: new Float64Array(2) })).toThrow(
    "sum to 2; expected 1",
  );
  const backend = referenceBackend(atomsAt([[0], [1]]));
  await backend.close();
  await expect(backend.scan(pointsOf([[0]]), query, { kind: "exact" })).rejects.toThrow('"reference" is closed');
});
