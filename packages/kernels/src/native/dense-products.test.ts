import { atoms, normal, points, rngOf } from "@fluxion/core";
import { expect, test } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { nativeProducts } from "./dense-products.js";
import { loadRuntime } from "./onnxruntime.js";

const absent = await loadRuntime().then(
  () => undefined,
  (error: unknown) => String(error),
);

const [B, N, D] = [5, 37, 70];

test("products of a batch with all atoms are those of float64 within their stated roundings", async (context) => {
  if (absent !== undefined) context.skip(absent);
  const bound = bindAtoms(atoms(points(normal(rngOf(1), new Float64Array(N * D)), D)));
  const products = await nativeProducts(bound, { threads: 2 });
  const a = Float32Array.from(normal(rngOf(2), new Float64Array(B * D)));
  const w = Float32Array.from(normal(rngOf(3), new Float64Array(B * N)));
  const [dots, sums] = [new Float32Array(B * N), new Float32Array(B * D)];
  await products.multiply(a, dots);
  await products.sum(w, sums);
  const u = 2 ** -24;
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < N; i++) {
      let [dot, p, q] = [0, 0, 0];
      for (let d = 0; d < D; d++) {
        const [v, y] = [a[b * D + d] ?? 0, bound.stored[i * D + d] ?? 0];
        dot += v * y;
        p += v * v;
        q += y * y;
      }
      expect(Math.abs((dots[b * N + i] ?? Number.NaN) - dot)).toBeLessThanOrEqual(products.roundings * u * Math.sqrt(p * q));
    }
    for (let d = 0; d < D; d++) {
      let [sum, size] = [0, 0];
      for (let i = 0; i < N; i++) {
        const term = (w[b * N + i] ?? 0) * (bound.stored[i * D + d] ?? 0);
        sum += term;
        size += Math.abs(term);
      }
      expect(Math.abs((sums[b * D + d] ?? Number.NaN) - sum)).toBeLessThanOrEqual(1.01 * N * u * size); // γ_N, any order
    }
  }
  await products.close();
});
