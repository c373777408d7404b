import { atomPosterior, condOt, marginalField, normal, points, rngOf, row } from "@fluxion/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { problem } from "../../../../conformance/posterior-problems.js";
import { type WasmPool, wasmPool } from "../wasm/index.js";
import { targetOracle } from "./target-oracle.js";
import { wasmProducts } from "./wasm-products.js";

let pool: WasmPool;
beforeAll(async () => {
  pool = await wasmPool({ threads: 2 });
});
afterAll(() => pool.close());

const draws = (size: number, D: number, key: number) => points(normal(rngOf(key), new Float64Array(size * D)), D);

test("products and sums in single precision are within their factors", async () => {
  const b = draws(203, 37, 1);
  const a = draws(6, 37, 2);
  const bound = await wasmProducts(pool, { dots: "float32" })(b);
  const norm = (v: Float64Array): number => Math.hypot(...v);
  const out = new Float64Array(6 * 203);
  await bound.multiply(a, out);
  for (let i = 0; i < 6; i++) {
    for (let n = 0; n < 203; n++) {
      const exact = row(a, i).reduce((sum, v, d) => sum + v * (row(b, n)[d] ?? 0), 0);
      const off = Math.abs((out[i * 203 + n] ?? Number.NaN) - exact);
      expect(off).toBeLessThanOrEqual(bound.factor * norm(row(a, i)) * norm(row(b, n)));
    }
  }
  const weights = Float64Array.from({ length: 6 * 203 }, (_, k) => (k % 5 === 0 ? 0 : Math.exp(-(k % 31))));
  const sums = draws(6, 37, 3); // what was there does not matter
  await bound.sums?.add(weights, sums);
  for (let p = 0; p < 6; p++) {
    const exact = new Float64Array(37);
    let size = 0;
    for (let n = 0; n < 203; n++) {
      const w = weights[p * 203 + n] ?? Number.NaN;
      row(b, n).forEach((v, d) => {
        exact[d] = (exact[d] ?? 0) + w * v;
      });
      size += w * norm(row(b, n));
    }
    expect(norm(row(sums, p).map((v, d) => v - (exact[d] ?? 0)))).toBeLessThanOrEqual((bound.sums?.factor ?? 0) * size);
  }
  const before = pool.arena.used();
  await bound.close();
  expect(pool.arena.used()).toBeLessThan(before);
});

test.each(["float64", "float32"] as const)("targets on the pool are within their bounds: products in %s", async (dots) => {
  const { atoms: all } = problem(300, 12, 4);
  const oracle = await targetOracle(all, { products: wasmProducts(pool, { dots }) });
  const field = marginalField(condOt(), atomPosterior(all));
  const plan = { kind: "grid", rows: [3, 99], noise: draws(4, 12, 5), t: [0.02, 0.1, 0.5, 0.9, 0.99] } as const;
  const found = await oracle.evaluate(condOt(), plan, { epsilon: 1e-4 });
  const { bound = new Float64Array(0) } = found.certificate;
  expect(found.certificate.backend).toMatch(/^targets on float.., sums on wasm ×/);
  let worst = 0;
  for (let p = 0; p < 40; p++) {
    const x = points(row(found.xt, p).slice(), 12);
    const { denoiser = [], traceCov = [] } = field.quantities(found.t[p] ?? Number.NaN, x, ["denoiser", "traceCov"]).values;
    const off = Math.hypot(...row(found.denoiser, p).map((v, d) => v - (denoiser[d] ?? Number.NaN)));
    worst = Math.max(worst, off);
    expect(off).toBeLessThanOrEqual((bound[p] ?? 0) + 1e-11);
    expect(bound[p]).toBeLessThanOrEqual(1e-4 * oracle.radius);
    expect(Math.abs((found.traceCov?.[p] ?? Number.NaN) - (traceCov[0] ?? 0))).toBeLessThan(
      4 * oracle.radius * (bound[p] ?? 0) + 1e-10,
    );
  }
  expect(worst).toBeGreaterThan(1e-9); // single precision was used at all
  await oracle.close();
});
