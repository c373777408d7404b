import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ndArray, readNpz, toFloat64, writeNpy } from "@fluxion/io";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";
import { nodeFiles, readBytes } from "../files/index.js";
import { readPoints } from "./field.js";

/** Row-major numbers as an npy file. */
function save(folder: string, name: string, rows: readonly (readonly number[])[]): string {
  writeFileSync(
    join(folder, name),
    writeNpy(ndArray("float64", [rows.length, rows[0]?.length ?? 0], Float64Array.from(rows.flat()))),
  );
  return name;
}

/** Everything that `--want` offers on the path α = t, β = 1 − t, by the textbook formulas, one point at a time. */
function byTheFormulas(data: readonly (readonly number[])[], weights: readonly number[], t: number, x: readonly number[]) {
  const [alpha, beta, D] = [t, 1 - t, x.length];
  const total = weights.reduce((sum, w) => sum + w, 0);
  const square = (v: readonly number[]): number => v.reduce((sum, c) => sum + c * c, 0);
  const density = data.map((z, i) => {
    const distance = square(x.map((c, d) => c - alpha * (z[d] ?? 0)));
    return ((weights[i] ?? 0) / total) * (2 * Math.PI * beta * beta) ** (-D / 2) * Math.exp(-distance / (2 * beta * beta));
  });
  const p = density.reduce((sum, v) => sum + v, 0);
  const posterior = density.map((v) => v / p);
  const mean = x.map((_, d) => data.reduce((sum, z, i) => sum + (posterior[i] ?? 0) * (z[d] ?? 0), 0));
  const traceCov = data.reduce((sum, z, i) => sum + (posterior[i] ?? 0) * square(z.map((c, d) => c - (mean[d] ?? 0))), 0);
  return {
    velocity: x.map((c, d) => ((mean[d] ?? 0) - c) / beta),
    score: x.map((c, d) => (alpha * (mean[d] ?? 0) - c) / (beta * beta)),
    denoiser: mean,
    noise: x.map((c, d) => (c - alpha * (mean[d] ?? 0)) / beta),
    logDensity: [Math.log(p)],
    // a = β̇/β = −1/β and b = α̇ − αβ̇/β = 1/β on this path, so ∇·u = −D/β + (α/β³) tr Cov. Eq. (M7)
    divergence: [-D / beta + (alpha * traceCov) / beta ** 3],
    traceCov: [traceCov],
    entropy: [-posterior.reduce((sum, v) => sum + (v === 0 ? 0 : v * Math.log(v)), 0)],
    ess: [1 / posterior.reduce((sum, v) => sum + v * v, 0)],
    posterior,
  };
}

const WANT = "velocity,score,denoiser,noise,logDensity,divergence,traceCov,entropy,ess";

describe("fluxion field", () => {
  it("writes every quantity under its name, float64, as the textbook formulas give it", async () => {
    const cwd = emptyFolder();
    const coordinate = fc.double({ min: -2, max: 2, noNaN: true });
    const point = fc.tuple(coordinate, coordinate, coordinate);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(point, { minLength: 2, maxLength: 6, selector: String }),
        fc.array(point, { minLength: 1, maxLength: 3 }),
        fc.double({ min: 0.05, max: 0.8, noNaN: true }),
        async (data, x, t) => {
          const weights = data.map((_, i) => 1 + (i % 3));
          save(cwd, "data.npy", data);
          save(
            cwd,
            "w.npy",
            weights.map((w) => [w]),
          );
          save(cwd, "x.npy", x);
          const args = [
            "field",
            "--data",
            "data.npy",
            "--weights",
            "w.npy",
            "--t",
            String(t),
            "--at",
            "x.npy",
            "--want",
            WANT,
            "--out",
            "o.npz",
          ];
          expect((await fluxion(cwd, args)).code).toBe(0);
          const arrays = readNpz(readBytes(nodeFiles, join(cwd, "o.npz")));
          expect(Object.keys(arrays)).toEqual(WANT.split(","));
          x.forEach((at, b) => {
            const { posterior: _, ...expected } = byTheFormulas(data, weights, t, at);
            for (const [name, values] of Object.entries(expected)) {
              const array = arrays[name];
              if (array === undefined) throw new Error(`no array ${name}`);
              expect(array.dtype).toBe("float64");
              expect(array.shape).toEqual(values.length === 1 ? [x.length] : [x.length, 3]);
              const found = toFloat64(array).subarray(b * values.length, (b + 1) * values.length);
              // 1/β³ ≤ 125 amplifies the rounding of tr Cov in the divergence; the naive sums lose digits of their own
              values.forEach((value, d) => {
                expect(Math.abs((found[d] ?? Number.NaN) - value)).toBeLessThan(1e-9 * (1 + Math.abs(value)));
              });
            }
          });
        },
      ),
      { numRuns: 25, seed: 1 },
    );
  });

  it("gives the largest weights by the rows of the data as given, a repeated point by its first row", async () => {
    const cwd = emptyFolder();
    const rows = [
      [5, 5],
      [1, 0],
      [1, 0],
      [0, 1],
      [5, 5],
      [-1, -1],
    ];
    save(cwd, "data.npy", rows);
    save(cwd, "x.npy", [
      [0.5, 0.1],
      [2.4, 2.4],
    ]);
    const args = ["field", "--data", "data.npy", "--t", "0.5", "--at", "x.npy", "--want", "ess", "--top", "3"];
    const { values } = jsonOf(await fluxion(cwd, [...args, "--json"])) as {
      values: { topIndices: number[][]; topWeights: number[][] };
    };
    const distinct = [
      [5, 5],
      [1, 0],
      [0, 1],
      [-1, -1],
    ];
    const first = [0, 1, 3, 5];
    [
      [0.5, 0.1],
      [2.4, 2.4],
    ].forEach((x, b) => {
      const { posterior } = byTheFormulas(distinct, [2, 2, 1, 1], 0.5, x);
      const order = posterior
        .map((_, i) => i)
        .sort((p, q) => (posterior[q] ?? 0) - (posterior[p] ?? 0))
        .slice(0, 3);
      expect(values.topIndices[b]).toEqual(order.map((i) => first[i]));
      order.forEach((i, k) => {
        expect(values.topWeights[b]?.[k]).toBeCloseTo(posterior[i] ?? 0, 12);
      });
    });
    await fluxion(cwd, [...args, "--out", "o.npz"]);
    const arrays = readNpz(readBytes(nodeFiles, join(cwd, "o.npz")));
    expect(arrays.topIndices).toMatchObject({ dtype: "int32", shape: [2, 3] });
    expect(arrays.topWeights).toMatchObject({ dtype: "float64", shape: [2, 3] });
  });

  it("answers more points than one scan takes as it answers each alone, in every format", async () => {
    const cwd = emptyFolder();
    const rows = Array.from({ length: 520 }, (_, b) => [Math.sin(b), Math.cos(2 * b)]);
    save(cwd, "x.npy", rows);
    const run = (...more: string[]) => fluxion(cwd, ["field", "--data", "moons:50", "--t", "0.4", "--at", "x.npy", ...more]);
    await run("--out", "o.json");
    const all = JSON.parse(new TextDecoder().decode(readBytes(nodeFiles, join(cwd, "o.json")))) as { velocity: number[][] };
    expect(all.velocity.length).toBe(520);
    for (const b of [0, 511, 512, 519]) {
      save(cwd, "x.npy", [rows[b] ?? []]);
      expect((jsonOf(await run("--json")).values as typeof all).velocity).toEqual([all.velocity[b]]);
    }
    save(cwd, "x.npy", rows);
    await run("--out", "o.csv");
    const text = new TextDecoder().decode(readBytes(nodeFiles, join(cwd, "o.csv")));
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => line.split(",").map(Number)),
    ).toEqual(all.velocity);
    const { stdout } = await run();
    expect(stdout).toContain("… 500 more points; --out writes all");
  });

  it("has a limit at t = 1 for what has one: the nearest data point", async () => {
    const cwd = emptyFolder();
    save(cwd, "data.npy", [
      [0, 0],
      [2, 0],
      [0, 2],
    ]);
    save(cwd, "x.npy", [
      [1.4, 0.1],
      [1, 0],
    ]);
    const args = [
      "field",
      "--data",
      "data.npy",
      "--t",
      "1",
      "--at",
      "x.npy",
      "--want",
      "denoiser,entropy,ess",
      "--top",
      "2",
      "--json",
    ];
    expect(jsonOf(await fluxion(cwd, args)).values).toMatchObject({
      denoiser: [
        [2, 0],
        [1, 0],
      ], // the second is as near to two of them
      entropy: [0, expect.closeTo(Math.log(2), 14)],
      ess: [1, 2],
      topIndices: [
        [1, -1],
        [0, 1],
      ],
      topWeights: [
        [1, 0],
        [0.5, 0.5],
      ],
    });
  });
});

describe("readPoints", () => {
  it("takes a list of D numbers for one point, and a list of N for N points of one dimension", () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "v.npy"), writeNpy(ndArray("float64", [3], Float64Array.of(1, 2, 3))));
    const context = { io: { files: nodeFiles } as never, resolve: (path: string) => join(folder, path) };
    expect(readPoints(context, "v.npy", 3)).toMatchObject({ size: 1, dim: 3 });
    expect(readPoints(context, "v.npy", 1)).toMatchObject({ size: 3, dim: 1 });
    expect(() => readPoints(context, "v.npy", 2)).toThrow(
      'Cannot use the points of "v.npy": they have dim 1, the data have dim 2',
    );
  });
});
