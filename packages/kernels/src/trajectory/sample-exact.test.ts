import {
  atomPath,
  atoms,
  condOt,
  cosine,
  exactFlow,
  normal,
  normalCdf,
  type Points,
  points,
  pointsOf,
  rngOf,
  row,
  verifyCapture,
} from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { plainEngine, sampleExact } from "./index.js";

const draws = (key: number, size: number, dim: number): Points => points(normal(rngOf(key), new Float64Array(size * dim)), dim);

/** The step of cumulative weights that holds Φ(x): the end of a trajectory on a line of ascending atoms. */
function quantileEnd(weights: readonly number[], x: number): number {
  const steps = weights.map((_, k) => weights.slice(0, k + 1).reduce((sum, w) => sum + w, 0));
  return steps.findIndex((step) => normalCdf(x) < step);
}

describe.each(["direct", "gram"] as const)("in the %s form", (form) => {
  it("ends on the line where the quantile coupling says, with proofs that pass from scratch", async () => {
    const weights = [0.1, 0.25, 0.05, 0.35, 0.25];
    const set = atoms(pointsOf([[-2], [-0.4], [0.3], [1.1], [2.6]]), weights);
    const x0 = draws(1, 200, 1);
    const got = await sampleExact(plainEngine(set, { form }), x0, { retries: 6 });
    // one of the 200 starts 10⁻⁷ from a border: the first try ends on the wrong side, and its error says so
    expect(Math.max(...got.tries)).toBeGreaterThan(1);
    expect([...got.index]).toEqual(Array.from(x0.data, (x) => quantileEnd(weights, x)));
    for (const [b, proof] of got.proofs.entries()) {
      if (proof === undefined) throw new Error("expected a proof");
      expect(verifyCapture(set, row(got.w, b), proof)).toBe(true);
      expect(proof.radius).toBeGreaterThan(got.error[b] ?? Infinity);
      expect(row(got.x, b)).toEqual(row(set.points, proof.atom));
    }
  });

  it("ends on a product set where every coordinate's own line says", async () => {
    const lines = [
      [-1, 1.5],
      [-0.7, 0.1, 0.9],
      [-2, 2],
      [0, 0.6],
    ];
    const corners = lines.reduce<number[][]>((all, z) => all.flatMap((corner) => z.map((v) => [...corner, v])), [[]]);
    const x0 = draws(2, 60, 4);
    const got = await sampleExact(plainEngine(atoms(pointsOf(corners)), { form }), x0);
    for (let b = 0; b < x0.size; b++) {
      const expected = lines.map(
        (z, d) =>
          z[
            quantileEnd(
              z.map(() => 1 / z.length),
              row(x0, b)[d] as number,
            )
          ],
      );
      expect([...row(got.x, b)]).toEqual(expected);
    }
  });

  it("ends where the flow of core ends, which is integrated in x and t", async () => {
    const set = atoms(draws(3, 40, 6));
    const x0 = draws(4, 30, 6);
    const got = await sampleExact(plainEngine(set, { form }), x0, { tolerance: 1e-3 });
    expect([...got.index]).toEqual([...exactFlow(atomPath(condOt(), set), x0).index]);
  });
});

describe("what does not matter", () => {
  const set = atoms(draws(5, 50, 8));
  const x0 = draws(6, 12, 8);

  it("the other rows of the batch: every row has the same bytes alone", async () => {
    const engine = plainEngine(set);
    const together = await sampleExact(engine, x0);
    for (let b = 0; b < x0.size; b++) {
      const alone = await sampleExact(engine, points(row(x0, b).slice(), 8));
      expect([alone.index[0], alone.nfe[0], alone.error[0]]).toEqual([together.index[b], together.nfe[b], together.error[b]]);
      expect(row(alone.w, 0)).toEqual(row(together.w, b));
    }
  });

  it("the scheduler: it names the time of the capture, not its place or its end", async () => {
    const engine = plainEngine(set);
    const [straight, bent] = [await sampleExact(engine, x0), await sampleExact(engine, x0, { scheduler: cosine() })];
    expect(bent.index).toEqual(straight.index);
    straight.proofs.forEach((proof, b) => {
      const s = proof?.s ?? Number.NaN;
      expect(straight.captureTime[b]).toBeCloseTo(s / (1 + s), 12);
      expect(bent.captureTime[b]).toBeCloseTo(cosine().timeOfSnr(s), 12);
    });
  });
});

describe("what cannot be certified", () => {
  it("is said to be so: a start on the border of two basins has no end", async () => {
    const set = atoms(pointsOf([[-1], [1]]));
    const got = await sampleExact(plainEngine(set), pointsOf([[0], [0.3]]), { retries: 1 });
    expect([...got.index]).toEqual([-1, 1]);
    expect([got.proofs[0], got.tries[0]]).toEqual([undefined, 2]);
  });

  it("is done again, with a tenth of the tolerance, until it can", async () => {
    const set = atoms(pointsOf([[-1], [1]]));
    const got = await sampleExact(plainEngine(set), pointsOf([[1e-6]]), { tolerance: 1e-2, retries: 6 });
    expect([...got.index]).toEqual([1]);
    expect(got.tries[0]).toBeGreaterThan(1);
  });

  it("is one atom alone never", async () => {
    const got = await sampleExact(plainEngine(atoms(pointsOf([[3, 4]]))), draws(7, 3, 2));
    expect([...got.index]).toEqual([0, 0, 0]);
  });
});

it("refuses noise that does not fit", async () => {
  const engine = plainEngine(atoms(pointsOf([[0, 1]])));
  await expect(sampleExact(engine, pointsOf([[1]]))).rejects.toThrow("Cannot follow trajectories: the noise has dim 1");
  await expect(sampleExact(engine, pointsOf([[1, Number.NaN]]))).rejects.toThrow("coordinate 1 of row 0 is NaN");
  await expect(sampleExact(engine, pointsOf([[1, 2]]), { tolerance: 0 })).rejects.toThrow("the tolerance is 0");
  const reason = new Error("enough");
  await expect(sampleExact(engine, pointsOf([[1, 2]]), { signal: { aborted: true, reason } })).rejects.toBe(reason);
});
