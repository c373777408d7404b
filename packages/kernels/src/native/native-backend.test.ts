import {
  asyncField,
  certifyScan,
  condOt,
  normal,
  type Points,
  points,
  posteriorOn,
  referenceBackend,
  rngOf,
  type ScanQuery,
  type WeightedAtoms,
} from "@fluxion/core";
import { describe, expect, it, type TestContext } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { type NativeBackendOptions, nativeBackend } from "./native-backend.js";
import { loadRuntime } from "./onnxruntime.js";

const absent = await loadRuntime().then(
  () => undefined,
  (error: unknown) => String(error),
);
const needsRuntime = (ctx: TestContext): void => {
  if (absent !== undefined) ctx.skip(absent);
};

const gaussian = (size: number, dim: number, seed: number): Points =>
  points(normal(rngOf(seed), new Float64Array(size * dim)), dim);
const equal = (z: Points): WeightedAtoms => ({ points: z, logWeights: new Float64Array(z.size).fill(-Math.log(z.size)) });

/** N atoms in 40 tight clusters, every fifth of them twice. */
function clustered(size: number, dim: number): WeightedAtoms {
  const z = gaussian(size, dim, 3);
  const centers = gaussian(40, dim, 4);
  for (let i = 0; i < size; i++) {
    for (let d = 0; d < dim; d++)
      z.data[i * dim + d] = (centers.data[(i % 40) * dim + d] ?? 0) + 0.05 * (z.data[i * dim + d] ?? 0);
    if (i % 5 === 4) z.data.copyWithin(i * dim, (i - 1) * dim, i * dim);
  }
  return equal(z);
}

/** Points of the straight path towards every 7th atom; odd ones halfway between two atoms. */
function onPath({ points: z }: WeightedAtoms, t: number, size: number): { x: Points; query: ScanQuery } {
  const x = gaussian(size, z.dim, 9);
  for (let b = 0; b < size; b++) {
    for (let d = 0; d < z.dim; d++) {
      const [one, other] = [z.data[((7 * b) % z.size) * z.dim + d] ?? 0, z.data[((7 * b + 1) % z.size) * z.dim + d] ?? 0];
      const target = b % 2 === 0 ? one : (one + other) / 2;
      x.data[b * z.dim + d] = t * target + (1 - t) * (x.data[b * z.dim + d] ?? 0);
    }
  }
  return { x, query: { alpha: t, variance: (1 - t) ** 2, spread: false, top: 3, tangent: undefined } };
}

/** Distances of the means of two scans at each point. */
function apart(a: Points, b: Points): number[] {
  return Array.from({ length: a.size }, (_, i) =>
    Math.hypot(...Array.from({ length: a.dim }, (_, d) => (a.data[i * a.dim + d] ?? 0) - (b.data[i * a.dim + d] ?? 0))),
  );
}

describe("nativeBackend", () => {
  const problems = [
    { name: "the plane", atoms: equal(gaussian(9_000, 2, 1)), size: 100 },
    { name: "clusters with duplicates in 20 dimensions", atoms: clustered(6_000, 20), size: 33 },
    { name: "300 dimensions, whose sums the library cuts into blocks", atoms: equal(gaussian(5_000, 300, 2)), size: 9 },
  ];
  it.for(problems)("certifies what the reference confirms, from noise to data: $name", async ({ atoms, size }, ctx) => {
    needsRuntime(ctx);
    const reference = referenceBackend(atoms);
    const native = await nativeBackend(bindAtoms(atoms));
    for (const t of [0.02, 0.3, 0.6, 0.9, 0.999]) {
      const { x, query } = onPath(atoms, t, size);
      const exact = await reference.scan(x, query, { kind: "exact" });
      const own = certifyScan(exact, reference, query).mean;
      for (const [epsilon, sums] of [1e-2, 1e-3, 1e-7].flatMap((e) => [[e, "all"] as const, [e, "mean"] as const])) {
        const asked = sums === "all" ? query : { ...query, top: 0, sums };
        const scan = await native.scan(x, asked, { kind: "certified", epsilon });
        const { mean } = certifyScan(scan, native, asked);
        if (sums === "all") expect(scan.error.mass.every((error) => error < 1)).toBe(true);
        for (const [b, off] of apart(scan.state.mean, exact.state.mean).entries()) {
          expect(mean[b], `t = ${t}, point ${b}`).toBeLessThanOrEqual(epsilon * native.radius);
          expect(off, `t = ${t}, point ${b}`).toBeLessThanOrEqual((mean[b] ?? 0) + (own[b] ?? 0)); // both bounds are rigorous
        }
        expect(scan.evaluations + scan.skipped).toBe(size * atoms.points.size);
      }
    }
    await native.close();
  });

  it("reads few atoms once the posterior is concentrated", async (ctx) => {
    needsRuntime(ctx);
    const atoms = equal(gaussian(9_000, 30, 5));
    const native = await nativeBackend(bindAtoms(atoms));
    const { x, query } = onPath(atoms, 0.9, 16);
    const { evaluations } = await native.scan(x, query, { kind: "certified", epsilon: 1e-3 });
    expect(evaluations).toBeLessThan(0.01 * x.size * atoms.points.size);
    await native.close();
  });

  it("answers many questions at the same time as it does one by one, to the last bit", async (ctx) => {
    needsRuntime(ctx);
    const atoms = clustered(3_000, 5);
    const native = await nativeBackend(bindAtoms(atoms));
    const questions = [0.05, 0.4, 0.8, 0.95, 0.2, 0.6].map((t, k) => onPath(atoms, t, 11 + k));
    const ask = ({ x, query }: (typeof questions)[number]) => native.scan(x, query, { kind: "certified", epsilon: 1e-3 });
    const together = await Promise.all(questions.map(ask));
    for (const [k, question] of questions.entries()) {
      expect((await ask(question)).state).toEqual(together[k]?.state);
    }
    await native.close();
  });

  it("finishes what was asked before it closes", async (ctx) => {
    needsRuntime(ctx);
    const atoms = clustered(6_000, 20);
    const native = await nativeBackend(bindAtoms(atoms));
    const { x, query } = onPath(atoms, 0.3, 20);
    const scan = native.scan(x, query, { kind: "certified", epsilon: 1e-3 });
    await native.close();
    expect((await scan).evaluations).toBeGreaterThan(0);
  });

  it("leaves the event loop to others between its runs", async (ctx) => {
    needsRuntime(ctx);
    const atoms = equal(gaussian(9_000, 64, 6));
    const native = await nativeBackend(bindAtoms(atoms));
    const { x, query } = onPath(atoms, 0.1, 64);
    let turns = 0;
    const tick = setInterval(() => turns++, 0);
    await native.scan(x, query, { kind: "certified", epsilon: 1e-2 });
    clearInterval(tick);
    expect(turns).toBeGreaterThan(0);
    await native.close();
  });

  it("leaves the arithmetic of JavaScript alone: denormals stay", async (ctx) => {
    needsRuntime(ctx);
    const atoms = clustered(500, 3);
    const native = await nativeBackend(bindAtoms(atoms));
    const { x, query } = onPath(atoms, 0.5, 4);
    await native.scan(x, query, { kind: "certified", epsilon: 1e-2 });
    const tiny = Float64Array.of(Number.MIN_VALUE, 2 ** -1060);
    expect((tiny[0] ?? 0) * 3).toBe(3 * 2 ** -1074);
    expect((tiny[1] ?? 0) / 2).toBe(2 ** -1061);
    await native.close();
  });

  it.for([2, 300])("makes no sums but the means where these are all that is asked, in %i dimensions", async (dim, ctx) => {
    needsRuntime(ctx);
    const atoms = equal(gaussian(5_000, dim, 1));
    const native = await nativeBackend(bindAtoms(atoms));
    const { x, query } = onPath(atoms, dim === 2 ? 0.3 : 0.05, 50);
    const asked = { ...query, top: 0, sums: "mean" } as const;
    const { state, error } = await native.scan(x, asked, { kind: "certified", epsilon: 1e-2 });
    for (const missing of [error.mass, error.shift]) expect(missing.every((bound) => bound === Infinity)).toBe(true);
    for (const values of [state.top, state.logitSum]) expect(values.every((value) => value === 0)).toBe(true);
    for (const values of [state.mass, state.massSquared]) expect(values.every((value) => value === 1)).toBe(true);
    await native.close();
  });

  it("carries a field", async (ctx) => {
    needsRuntime(ctx);
    const atoms = clustered(2_000, 4);
    const native = await nativeBackend(bindAtoms(atoms), { threads: 1 });
    const field = asyncField(condOt(), posteriorOn(native), { kind: "certified", epsilon: 1e-3 });
    const { x } = onPath(atoms, 0.5, 6);
    const { certificate } = await field.quantities(0.5, x, ["velocity", "entropy"]);
    expect(certificate).toMatchObject({ promise: "certified", backend: "native" });
    for (const bound of certificate.bound ?? []) expect(bound).toBeLessThanOrEqual(1e-3 * native.radius);
    await native.close();
  });

  it("refuses demands that it does not meet, wrong numbers of threads, and everything once closed", async (ctx) => {
    for (const threads of [0, 1.5, Number.NaN]) {
      await expect(nativeBackend(bindAtoms(clustered(9, 2)), { threads })).rejects.toThrow(`the number of threads is ${threads}`);
    }
    needsRuntime(ctx);
    const atoms = clustered(50, 2);
    const native = await nativeBackend(bindAtoms(atoms));
    const { x, query } = onPath(atoms, 0.5, 2);
    await expect(native.scan(x, query, { kind: "exact" })).rejects.toThrow('Cannot promise "exact"');
    await expect(native.scan(x, { ...query, variance: 0 }, { kind: "certified", epsilon: 1e-2 })).rejects.toThrow(
      "the variance is 0",
    );
    await native.close();
    await native.close();
    await expect(native.scan(x, query, { kind: "certified", epsilon: 1e-2 })).rejects.toThrow("is closed");
  });

  it("says how to install what is missing", async () => {
    const load = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'\nImported from here"));
    const runtime: NativeBackendOptions = { runtime: () => loadRuntime(load) };
    await expect(nativeBackend(bindAtoms(clustered(9, 2)), runtime)).rejects.toThrow(
      "Cannot open the native backend: \"onnxruntime-node\" does not load (Cannot find package 'onnxruntime-node'); expected it installed: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node",
    );
  });
});
