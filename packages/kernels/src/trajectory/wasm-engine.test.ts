import {
  type Atoms,
  atomPosterior,
  atoms,
  normal,
  normalCdf,
  type Points,
  pointSpace,
  points,
  pointsOf,
  rk4,
  rngOf,
  row,
  rungeKutta,
  solve,
  uniform,
  uniformGrid,
  verifyCapture,
  vp,
} from "@fluxion/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WasmPool, wasmPool } from "../wasm/index.js";
import { type DenseProducts, type ExactSamples, plainEngine, sampleExact, wasmEngine } from "./index.js";

let pool: WasmPool;
beforeAll(async () => {
  pool = await wasmPool({ threads: 2 });
});
afterAll(() => pool.close());

const draws = (key: number, size: number, dim: number): Points => points(normal(rngOf(key), new Float64Array(size * dim)), dim);

/** Points in clusters, so that the posterior passes through every stage between all atoms and one. */
function clusters(key: number, size: number, dim: number, weights?: readonly number[]): Atoms {
  const [centers, offsets] = [draws(key, 12, dim), draws(key + 1, size, dim)];
  const data = offsets.data.map((v, p) => 0.5 * v + 1.5 * (centers.data[(Math.floor(p / dim) % 12) * dim + (p % dim)] as number));
  return atoms(points(data, dim), weights);
}

/** w at s by 800 steps of the classical method on the float64 posterior: with α = s and β = 1, x is w. */
function reference(set: Atoms, x0: Float64Array, s: number): Float64Array {
  const posterior = atomPosterior(set);
  const field = {
    evaluate: (at: number, x: Points, out: Points): Points => {
      out.data.set(posterior.evaluate(x, { alpha: at, beta: 1 }).denoiser.data);
      return out;
    },
  };
  return solve(rungeKutta(pointSpace, rk4, points(x0.slice(), x0.length), uniformGrid(800, { to: s })), field).y.data;
}

/** Every proof checked from scratch in float64. */
function expectProofs(set: Atoms, got: ExactSamples): void {
  for (const [b, proof] of got.proofs.entries()) {
    if (proof === undefined) throw new Error(`no proof of row ${b}`);
    expect(verifyCapture(set, row(got.w, b), proof)).toBe(true);
    expect(proof.radius).toBeGreaterThan(got.error[b] as number);
    expect(row(got.x, b)).toEqual(row(set.points, proof.atom));
  }
}

const distance = (p: Float64Array, q: Float64Array): number => Math.hypot(...p.map((v, d) => v - (q[d] as number)));

describe("on the threads", () => {
  it.each([
    ["more directions than are followed first", 3000, 40],
    ["fewer directions than are followed first", 700, 5],
    ["a width that is a whole number of cache lines", 500, 48],
    ["fewer atoms than a block", 9, 20],
  ])("trajectories end where they end in float64, with %s", async (_, size, dim) => {
    const set = clusters(30, size, dim);
    const engine = await wasmEngine(set, { pool });
    const x0 = draws(31, 21, dim);
    const got = await sampleExact(engine, x0);
    expect([...got.index]).toEqual([...(await sampleExact(plainEngine(set), x0)).index]);
    expectProofs(set, got);
    await engine.close();
  });

  it("they end on a product set where every coordinate's own line says", async () => {
    const lines = Array.from({ length: 11 }, (_, d) => [-0.5 - (uniform(rngOf(d), new Float64Array(1))[0] as number), 1]);
    const corners = lines.reduce<number[][]>((all, z) => all.flatMap((corner) => z.map((v) => [...corner, v])), [[]]);
    const set = atoms(pointsOf(corners));
    const engine = await wasmEngine(set, { pool });
    const x0 = draws(32, 40, 11);
    const got = await sampleExact(engine, x0);
    for (let b = 0; b < x0.size; b++) {
      expect([...row(got.x, b)]).toEqual(lines.map((z, d) => z[normalCdf(row(x0, b)[d] as number) < 0.5 ? 0 : 1]));
    }
    expectProofs(set, got);
    await engine.close();
  });

  it("atoms of unequal weight count as they weigh", async () => {
    const weights = Array.from(uniform(rngOf(33), new Float64Array(400)), (v) => 0.01 + v ** 8);
    const set = clusters(34, 400, 12, weights);
    const engine = await wasmEngine(set, { pool });
    const x0 = draws(35, 17, 12);
    const got = await sampleExact(engine, x0);
    expect([...got.index]).toEqual([...(await sampleExact(plainEngine(set), x0)).index]);
    expectProofs(set, got);
    await engine.close();
  });

  it("a scheduler that begins with a little signal has its noise followed from there", async () => {
    const set = clusters(36, 300, 10);
    const engine = await wasmEngine(set, { pool });
    const x0 = draws(37, 9, 10);
    const options = { scheduler: vp() };
    expect([...(await sampleExact(engine, x0, options)).index]).toEqual([
      ...(await sampleExact(plainEngine(set), x0, options)).index,
    ]);
    await engine.close();
  });
});

describe("the reported error", () => {
  it.each([1e-3, 1e-4])(
    "is of the size of the distance to 800 steps of another method, at a tolerance of %d",
    async (tolerance) => {
      const set = clusters(38, 900, 24);
      const engine = await wasmEngine(set, { pool });
      const x0 = draws(39, 12, 24);
      for (const used of [engine, plainEngine(set)]) {
        const got = await sampleExact(used, x0, { tolerance });
        const ratios = got.proofs.map((proof, b) => {
          const exact = reference(set, row(x0, b), proof?.s ?? Number.NaN);
          expect(distance(row(got.w, b), exact)).toBeLessThan(proof?.radius ?? 0); // what the proof needs
          return distance(row(got.w, b), exact) / (got.error[b] as number);
        });
        // an estimate: half of the rows are far below it and one in ten may be above, the more so the longer the steps
        expect(ratios.sort((p, q) => p - q)[6]).toBeLessThan(tolerance > 1e-4 ? 0.6 : 0.3);
        expect(Math.max(...ratios)).toBeLessThan(tolerance > 1e-4 ? 2 : 1);
      }
      await engine.close();
    },
  );
});

describe("the engine", () => {
  it("gives a row the same answer whatever stands beside it, and holds no memory of a batch", async () => {
    const set = clusters(40, 1500, 30);
    const engine = await wasmEngine(set, { pool });
    const x0 = draws(41, 5, 30);
    const used = pool.arena.used();
    const together = await sampleExact(engine, x0);
    expect(pool.arena.used()).toBe(used);
    const alone = await sampleExact(engine, points(row(x0, 3).slice(), 30));
    expect([alone.index[0], alone.nfe[0]]).toEqual([together.index[3], together.nfe[3]]);
    expect(row(alone.w, 0)).toEqual(row(together.w, 3));
    await engine.close();
    expect(engine.name).toBe(pool.name);
  });

  it("takes its dense products from elsewhere where they are offered, and closes what it was given", async () => {
    const set = clusters(42, 600, 20);
    const calls: string[] = [];
    const engine = await wasmEngine(set, {
      pool,
      dense: async ({ stored, size, dim }): Promise<DenseProducts> => ({
        name: "by hand",
        roundings: dim,
        async multiply(a, out) {
          calls.push("multiply");
          for (let p = 0; p < out.length; p++) {
            let dot = 0;
            for (let d = 0; d < dim; d++) {
              dot += (a[Math.floor(p / size) * dim + d] as number) * (stored[(p % size) * dim + d] as number);
            }
            out[p] = dot;
          }
        },
        async sum(w, out) {
          calls.push("sum");
          out.fill(0);
          for (let p = 0; p < w.length; p++) {
            for (let d = 0; d < dim; d++) {
              const at = Math.floor(p / size) * dim + d;
              out[at] = (out[at] as number) + (w[p] as number) * (stored[(p % size) * dim + d] as number);
            }
          }
        },
        async close() {
          calls.push("close");
        },
      }),
    });
    const x0 = draws(43, 8, 20);
    const got = await sampleExact(engine, x0);
    expectProofs(set, got);
    const plain = await wasmEngine(set, { pool });
    expect(got.index).toEqual((await sampleExact(plain, x0)).index);
    await plain.close();
    await engine.close();
    expect([engine.name, calls.at(-1)]).toEqual([`${pool.name}, by hand`, "close"]);
    const [multiplied, summed] = ["multiply", "sum"].map((name) => calls.filter((call) => call === name).length);
    expect(multiplied).toBeGreaterThan(1); // the noise, and then every evaluation over all atoms
    expect(summed).toBe(multiplied); // those evaluations, and the way from the leading directions to all
  });
});
