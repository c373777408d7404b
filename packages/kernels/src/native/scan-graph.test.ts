import { normal, rngOf } from "@fluxion/core";
import { describe, expect, it, type TestContext } from "vitest";
import { type Kernel, type KernelArray, loadRuntime } from "./onnxruntime.js";
import { logitsModel, RUN, type ScanFormat, SMALLEST_SHARE, sumsModel } from "./scan-graph.js";
import { EXP_ROUNDINGS } from "./sum-rounding.js";

const runtime = await loadRuntime().catch((error: unknown) => String(error));

async function compile(ctx: TestContext, model: Uint8Array): Promise<Kernel> {
  return typeof runtime === "string" ? ctx.skip(runtime) : runtime.compile(model, 2);
}

const single: ScanFormat = { logits: "float32", sums: "float32" };
const array = (format: "float32" | "float64", length: number): KernelArray =>
  format === "float32" ? new Float32Array(length) : new Float64Array(length);

/** The shares and sums of given logits, [rows, atoms], with one coordinate an atom. */
async function sumsOf(
  ctx: TestContext,
  format: ScanFormat,
  logits: KernelArray,
  rows: number,
): Promise<Record<string, KernelArray>> {
  const atoms = logits.length / rows;
  const kernel = await compile(ctx, sumsModel(1, format, { columns: "spread", mild: false }));
  const coordinate = array(format.sums, atoms).map((_, i) => Math.sin(i)) as KernelArray;
  const sizes = {
    shares: atoms,
    products: 1,
    squares: atoms / RUN,
    masses: atoms / RUN,
    crosses: atoms / RUN,
    halves: atoms / RUN,
  };
  const out = Object.fromEntries(Object.entries(sizes).map(([name, width]) => [name, array(format.sums, rows * width)]));
  await kernel.run(
    {
      logits: { data: logits, shape: [rows, atoms] },
      y: { data: coordinate, shape: [atoms, 1] },
      halfNorms: { data: coordinate.map((v) => (v * v) / 2) as KernelArray, shape: [atoms] },
    },
    Object.fromEntries(
      Object.entries(sizes).map(([name, width]) => [name, { data: out[name] as KernelArray, shape: [rows, width] }]),
    ),
  );
  await kernel.release();
  return out;
}

describe("the sums graph", () => {
  it.for([single, { logits: "float64", sums: "float32" }, { logits: "float64", sums: "float64" }] as const)(
    "gives weights within the stated roundings of exp: $logits logits, $sums sums",
    async (format: ScanFormat, ctx) => {
      const rows = 16;
      const atoms = 4096;
      const logits = array(format.logits, rows * atoms);
      for (let k = 0; k < logits.length; k++) logits[k] = -40 * ((k * 0.6180339887498949) % 1); // every part of [−40, 0]
      for (let r = 0; r < rows; r++) logits[r * atoms] = 0;
      const { shares = new Float32Array(0) } = await sumsOf(ctx, format, logits, rows);
      const u = format.sums === "float32" ? 2 ** -24 : 2 ** -53;
      let worst = 0;
      for (let k = 0; k < logits.length; k++) {
        const [share = 0, logit = 0] = [shares[k], logits[k]];
        if (share === 0) continue;
        const largest = shares[Math.floor(k / atoms) * atoms] ?? 0;
        const allowed = (EXP_ROUNDINGS + 4 + 2 * Math.abs(logit)) * u;
        worst = Math.max(worst, Math.abs(share / largest / Math.exp(logit) - 1) / allowed);
      }
      expect(worst).toBeLessThan(1);
      expect(worst).toBeGreaterThan(0); // the formats do round
    },
  );

  it("meets no denormal number, however peaked the logits, and loses no weight that counts", async (ctx) => {
    const [rows, atoms] = [64, 1024];
    const logits = Float32Array.from(normal(rngOf(1), new Float64Array(rows * atoms)), (v) => 28 * v);
    const sums = await sumsOf(ctx, single, logits, rows);
    const [shares, squares] = [Float32Array.from(sums.shares ?? []), Float32Array.from(sums.squares ?? [])];
    const nonzero = shares.filter((share) => share !== 0);
    expect(nonzero.length).toBeLessThan(rows * atoms);
    expect(nonzero.every((share) => share >= Math.fround(SMALLEST_SHARE) && share ** 2 > 2 ** -126)).toBe(true);
    expect(squares.every((square) => square === 0 || square > 2 ** -126)).toBe(true);
    for (let r = 0; r < rows; r++) {
      const total = shares.subarray(r * atoms, (r + 1) * atoms).reduce((sum, share) => sum + share, 0);
      expect(Math.abs(total - 1)).toBeLessThan(atoms * 2 ** -24); // additions inside softmax, in any order
    }
  });

  it("sums shares, squares and products over every run as they are defined", async (ctx) => {
    const [rows, atoms] = [3, 128];
    const logits = Float64Array.from(normal(rngOf(2), new Float64Array(rows * atoms)));
    const format: ScanFormat = { logits: "float64", sums: "float64" };
    const out = await sumsOf(ctx, format, logits, rows);
    const at = (name: string, k: number): number => out[name]?.[k] ?? Number.NaN;
    for (let r = 0; r < rows; r++) {
      const row = logits.subarray(r * atoms, (r + 1) * atoms);
      const mass = row.reduce((sum, l) => sum + Math.exp(l), 0);
      const over = (run: number, f: (p: number, i: number) => number): number =>
        Array.from({ length: RUN }, (_, k) => run * RUN + k).reduce((sum, i) => sum + f(Math.exp(row[i] ?? 0) / mass, i), 0);
      for (const run of [0, 1]) {
        const k = r * 2 + run; // 1e-14: 64 roundings of float64 and those of exp
        expect(Math.abs(at("masses", k) - over(run, (p) => p))).toBeLessThan(1e-14);
        expect(Math.abs(at("squares", k) - over(run, (p) => p * p))).toBeLessThan(1e-14);
        expect(Math.abs(at("crosses", k) - over(run, (p, i) => p * (row[i] ?? 0)))).toBeLessThan(1e-14);
        expect(Math.abs(at("halves", k) - over(run, (p, i) => (p * Math.sin(i) ** 2) / 2))).toBeLessThan(1e-14);
      }
      const mean = [0, 1].reduce((sum, run) => sum + over(run, (p, i) => p * Math.sin(i)), 0);
      expect(Math.abs(at("products", r) - mean)).toBeLessThan(1e-14);
    }
  });
});

it("the graph for means alone gives the same shares and products as that for all sums, to the last bit", async (ctx) => {
  const [rows, atoms] = [5, 1024];
  const logits = Float32Array.from(normal(rngOf(3), new Float64Array(rows * atoms)), (v) => 20 * v);
  const all = await sumsOf(ctx, single, logits, rows);
  const kernel = await compile(ctx, sumsModel(1, single, { columns: "means", mild: false }));
  const [shares, products] = [new Float32Array(rows * atoms), new Float32Array(rows)];
  await kernel.run(
    {
      logits: { data: logits, shape: [rows, atoms] },
      y: { data: new Float32Array(atoms).map((_, i) => Math.sin(i)), shape: [atoms, 1] },
    },
    { shares: { data: shares, shape: [rows, atoms] }, products: { data: products, shape: [rows, 1] } },
  );
  await kernel.release();
  expect(shares).toEqual(all.shares);
  expect(products).toEqual(all.products);
});

describe("the logits graph", () => {
  it("gives a row the same bits whatever rows are beside it, from two on", async (ctx) => {
    const [dim, atoms] = [300, 256];
    const kernel = await compile(ctx, logitsModel(dim, single));
    const random = (length: number, seed: number): Float32Array =>
      Float32Array.from(normal(rngOf(seed), new Float64Array(length)));
    const q = random(256 * dim, 1);
    const y = { data: random(atoms * dim, 2), shape: [atoms, dim] };
    const bias = { data: random(atoms, 3), shape: [atoms] };
    const first = async (rows: number): Promise<number[]> => {
      const logits = { data: new Float32Array(rows * atoms), shape: [rows, atoms] };
      const peaks = { data: new Float32Array((rows * atoms) / RUN), shape: [rows, atoms / RUN] };
      await kernel.run({ q: { data: q.subarray(0, rows * dim), shape: [rows, dim] }, y, bias }, { logits, peaks });
      expect(Math.max(...peaks.data)).toBe(Math.max(...logits.data));
      return [...logits.data.subarray(0, 2 * atoms)];
    };
    const expected = await first(2);
    for (const rows of [3, 7, 16, 64, 255, 256]) expect(await first(rows)).toEqual(expected);
    await kernel.release();
  });
});
