import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { certifyScan, normal, type Points, points, referenceBackend, rngOf, row, type WeightedAtoms } from "@fluxion/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type WasmPool, wasmBackend, wasmPool } from "./index.js";

const IMAGES = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";

let pool: WasmPool;
beforeAll(async () => {
  pool = await wasmPool({ threads: 2 });
});
afterAll(() => pool.close());

const evenly = (data: Points): WeightedAtoms => ({
  points: data,
  logWeights: new Float64Array(data.size).fill(-Math.log(data.size)),
});

/** Points half way between atoms and their nearest neighbours, on the path at t: both have the same weight. */
function between({ data, size, dim }: Points, B: number, t: number): Points {
  const x = points(new Float64Array(B * dim), dim);
  for (let b = 0; b < B; b++) {
    let [nearest, least] = [0, Infinity];
    for (let i = 0; i < size; i++) {
      let squared = 0;
      for (let d = 0; d < dim; d++) squared += ((data[i * dim + d] ?? 0) - (data[b * dim + d] ?? 0)) ** 2;
      if (i !== b && squared < least) [nearest, least] = [i, squared];
    }
    for (let d = 0; d < dim; d++) x.data[b * dim + d] = (t * ((data[b * dim + d] ?? 0) + (data[nearest * dim + d] ?? 0))) / 2;
  }
  return x;
}

/** No weight is off by more than is stated, what is stated is small, and both neighbours are seen. */
async function expectTies(atoms: WeightedAtoms, B: number): Promise<void> {
  const wasm = await wasmBackend(atoms, { pool });
  const reference = referenceBackend(atoms);
  for (const t of [0.7, 0.9, 0.95, 0.99, 0.999]) {
    const x = between(atoms.points, B, t);
    const query = { alpha: t, variance: (1 - t) ** 2, spread: false, top: 2, tangent: undefined };
    const scan = await wasm.scan(x, query, { kind: "certified", epsilon: 1e-4 });
    const truth = await reference.scan(x, query, { kind: "exact" });
    const [bound, other] = [certifyScan(scan, wasm, query), certifyScan(truth, reference, query)];
    for (let b = 0; b < B; b++) {
      const weightOf = ({ state }: typeof scan, index: number): number => {
        const at = row({ data: Float64Array.from(state.best.indices), size: B, dim: 2 }, b).indexOf(index);
        return at < 0 ? 0 : Math.exp((state.best.logits[2 * b + at] ?? -Infinity) - (state.top[b] ?? 0)) / (state.mass[b] ?? 0);
      };
      for (const index of truth.state.best.indices.subarray(2 * b, 2 * b + 2)) {
        const gap = Math.abs(weightOf(scan, index) - weightOf(truth, index));
        expect(gap).toBeLessThanOrEqual((bound.weight[b] ?? 0) + (other.weight[b] ?? 0));
      }
      expect(bound.weight[b]).toBeLessThan(1e-4);
    }
  }
  await wasm.close();
}

test("weights between two neighbours are right near the data, where single precision would toss a coin", async () => {
  const centres = normal(rngOf(1), new Float64Array(50 * 200)).map((v) => 4 * v);
  const noise = normal(rngOf(2), new Float64Array(600 * 200)).map((v) => 0.3 * v);
  const data = noise.map((v, at) => v + (centres[(Math.floor(at / 200) % 50) * 200 + (at % 200)] ?? 0));
  await expectTies(evenly(points(data, 200)), 24);
});

test("weights between two images of Fashion-MNIST are right near the data", async (context) => {
  if (!existsSync(IMAGES)) context.skip("Fashion-MNIST is not installed");
  const bytes = gunzipSync(readFileSync(IMAGES)).subarray(16, 16 + 2000 * 784);
  await expectTies(
    evenly(
      points(
        Float64Array.from(bytes, (v) => v / 127.5 - 1),
        784,
      ),
    ),
    24,
  );
});
