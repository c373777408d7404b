import {
  BLOCK,
  certifyScan,
  condOt,
  dataLimit,
  fork,
  normal,
  type Points,
  points,
  posteriorOn,
  referenceBackend,
  rngOf,
  type Scan,
  type ScanQuery,
  scanAtoms,
  type WeightedAtoms,
} from "@fluxion/core";
import {
  BLOCK_ROWS,
  type DataStore,
  decoderOf,
  FLOAT32_CODING,
  memorySink,
  memoryStore,
  type StoreCoding,
  storeWriter,
} from "@fluxion/io";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChunkScanner, mergedChunkError, referenceChunks, storeBackend } from "./index.js";

/** A store of `rows` in memory, and the same rows as atoms in float64. */
function stored(
  rows: Float64Array,
  dim: number,
  options: { shardRows?: number; coding?: StoreCoding; weights?: Float64Array } = {},
) {
  const { sink, files } = memorySink();
  const { shardRows = 5000, coding = FLOAT32_CODING, weights } = options;
  const writer = storeWriter({ dim, coding, shardRows, weighted: weights !== undefined }, sink);
  writer.push(rows, weights === undefined ? {} : { weights });
  const manifest = writer.finish();
  const bytes = Uint8Array.from(manifest.shards.flatMap(({ file }) => [...(files.get(file) ?? [])]));
  const kept = decoderOf(coding)(bytes, new Float32Array(rows.length));
  const size = rows.length / dim;
  const logTotal = Math.log(manifest.totalWeight);
  const logWeights = Float64Array.from({ length: size }, (_, i) => Math.log(weights?.[i] ?? 1) - logTotal);
  return { store: memoryStore(files), files, atoms: { points: points(Float64Array.from(kept), dim), logWeights } };
}

const gaussian = (name: string, size: number, dim: number): Float64Array =>
  normal(fork(rngOf(31), name), new Float64Array(size * dim));

/** Points on the path from noise to the first rows. */
function onPath({ points: { data, dim } }: WeightedAtoms, B: number, t: number): Points {
  const noise = gaussian("noise", B, dim);
  return points(
    noise.map((e, at) => t * (data[at] ?? 0) + (1 - t) * e),
    dim,
  );
}

const queryAt = (t: number, more: Partial<ScanQuery> = {}): ScanQuery => ({
  alpha: t,
  variance: (1 - t) ** 2,
  spread: false,
  top: 0,
  tangent: undefined,
  ...more,
});

/** The store with reads that are counted, and that come in another order than they were asked for. */
function watched(store: DataStore) {
  const seen = { bytes: 0, reads: 0 };
  const wrapped: DataStore = {
    ...store,
    async read(file, from, into) {
      seen.bytes += into.length;
      seen.reads++;
      for (let turn = 0; turn < seen.reads % 3; turn++) await Promise.resolve();
      return store.read(file, from, into);
    },
  };
  return { store: wrapped, seen };
}

const budgetOf = (text: string): number => Number(/at least (\d+)/.exec(text)?.[1]);

async function leastBudget(store: DataStore): Promise<number> {
  const refusal = await storeBackend(store, { memory: 0 }).then(
    () => "",
    (error: Error) => error.message,
  );
  return budgetOf(refusal);
}

describe("storeBackend, exact", () => {
  it("BLOCK of core and the rows of a block of a store are the same number", () => {
    expect(BLOCK_ROWS).toBe(BLOCK);
  });

  it("gives the bytes of referenceBackend on the same rows, whatever the shards, the budget and the order of reads", async () => {
    const shape = fc.record({ size: fc.integer({ min: 1, max: 14000 }), dim: fc.integer({ min: 1, max: 3 }) });
    const how = fc.record({
      shardRows: fc.integer({ min: 900, max: 15000 }),
      extra: fc.integer({ min: 0, max: 400_000 }),
      t: fc.double({ min: 0, max: 0.99, noNaN: true }),
      weighted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(shape, how, async ({ size, dim }, { shardRows, extra, t, weighted }) => {
        const weights = weighted ? Float64Array.from({ length: size }, (_, i) => 1 + (i % 3)) : undefined;
        const { store, atoms } = stored(gaussian("rows", size, dim), dim, { shardRows, ...(weights ? { weights } : {}) });
        const x = onPath(atoms, Math.min(3, size), t);
        const query = queryAt(t, { spread: true, top: Math.min(5, size), tangent: points(x.data.map(Math.cos), dim) });
        const backend = await storeBackend(watched(store).store, { memory: (await leastBudget(store)) + extra });
        const scan = await backend.scan(x, query, { kind: "exact" });
        expect(scan.state).toEqual(scanAtoms(atoms, x, query));
        expect([scan.evaluations, scan.skipped]).toEqual([x.size * size, 0]);
        await backend.close();
      }),
      { numRuns: 20 },
    );
  });

  it("reads every byte once for all queries", async () => {
    const { store, atoms } = stored(gaussian("rows", 20000, 2), 2, { shardRows: 3333 });
    const { store: counted, seen } = watched(store);
    let told = 0;
    const onRead = (bytes: number): void => {
      told += bytes;
    };
    const backend = await storeBackend(counted, { memory: await leastBudget(store), onRead });
    seen.bytes = 0; // the index
    await backend.scan(onPath(atoms, 1, 0.4), queryAt(0.4), { kind: "exact" });
    expect([seen.bytes, told]).toEqual([20000 * 2 * 4, 20000 * 2 * 4]);
  });

  it("keeps its buffers within the budget, and makes none after it was opened", async () => {
    const { store, atoms } = stored(gaussian("rows", 100_000, 2), 2, { shardRows: 30000 });
    for (const memory of [await leastBudget(store), 400_000, 1e6, 1e9]) {
      let total = 0;
      const allocate = (bytes: number): ArrayBuffer => {
        total += bytes;
        return new ArrayBuffer(bytes);
      };
      const backend = await storeBackend(store, { memory, allocate });
      const opened = total;
      for (const kind of ["exact", "certified"] as const) {
        await backend.scan(onPath(atoms, 2, 0.4), queryAt(0.4), kind === "exact" ? { kind } : { kind, epsilon: 1e-3 });
      }
      expect(total).toBe(opened);
      expect(total).toBeLessThanOrEqual(memory);
      // a large budget is used: the whole data in two reads, and no more
      if (memory === 1e9) expect(backend.readBytes).toBeGreaterThanOrEqual(100_000 * 8);
    }
  });

  it("says the least budget, which then suffices, and how many points are too many", async () => {
    const { store, atoms } = stored(gaussian("rows", 9000, 4), 4);
    const least = await leastBudget(store);
    await expect(storeBackend(store, { memory: least - 1 })).rejects.toThrow(
      `Cannot scan the store "memory": the memory budget is ${least - 1} bytes; expected at least ${least} for 9000 rows of dim 4`,
    );
    const backend = await storeBackend(store, { memory: least });
    await backend.scan(onPath(atoms, 1, 0.5), queryAt(0.5), { kind: "exact" });
    const most = backend.pointsPerScan(0);
    await backend.scan(onPath(atoms, most, 0.5), queryAt(0.5), { kind: "exact" });
    await expect(backend.scan(onPath(atoms, most + 1, 0.5), queryAt(0.5), { kind: "exact" })).rejects.toThrow("memory budget");
    await expect(backend.scan(onPath(atoms, 2000, 0.5), queryAt(0.5), { kind: "exact" })).rejects.toThrow(
      /2000 points take \d+ bytes, \d+ of the memory budget are left for them; expected fewer points at a time, or a larger budget/,
    );
  });

  it("bounds the distance to the data as given when the store rounds, and to the rows as kept on request", async () => {
    const rows = gaussian("rows", 6000, 2).map((v) => Math.max(-3, Math.min(3, v)));
    const given: WeightedAtoms = { points: points(rows, 2), logWeights: new Float64Array(6000).fill(-Math.log(6000)) };
    const codings: StoreCoding[] = [
      FLOAT32_CODING,
      { dtype: "float16", scale: 1, offset: 0 },
      { dtype: "uint8", scale: 6 / 255, offset: -3 },
    ];
    for (const coding of codings) {
      const { store, atoms } = stored(rows, 2, { coding });
      for (const t of [0.1, 0.5, 0.8]) {
        const x = onPath(atoms, 4, t);
        const truth = scanAtoms(given, x, queryAt(t));
        for (const boundsFor of ["given", "kept"] as const) {
          const backend = await storeBackend(store, { boundsFor });
          const scan = await backend.scan(x, queryAt(t), { kind: "exact" });
          const { mean } = certifyScan(scan, backend);
          for (let b = 0; b < 4; b++) {
            const off = Math.hypot(
              ...[0, 1].map((d) => (scan.state.mean.data[2 * b + d] ?? 0) - (truth.mean.data[2 * b + d] ?? 0)),
            );
            if (boundsFor === "given") expect(off).toBeLessThanOrEqual(mean[b] ?? Number.NaN);
            else expect(mean[b]).toBeLessThan(1e-9); // rounding of float64 alone
          }
        }
      }
    }
  });

  it("notices a byte that was flipped, and says which rows and files", async () => {
    const { store, files, atoms } = stored(gaussian("rows", 9000, 2), 2);
    const shard = files.get("rows-00001.f32") ?? new Uint8Array();
    shard[4000] = (shard[4000] ?? 0) ^ 1; // row 5000 + 500
    const backend = await storeBackend(store, { memory: 1e6 });
    await expect(backend.scan(onPath(atoms, 1, 0.5), queryAt(0.5), { kind: "exact" })).rejects.toThrow(
      /^Cannot read "memory": rows 4096 to 8191, in rows-00000\.f32 and rows-00001\.f32, have the checksum [0-9a-f]{8}; expected [0-9a-f]{8} as when the store was made$/,
    );
    const index = files.get("blocks.bin") ?? new Uint8Array();
    index[0] = (index[0] ?? 0) ^ 1;
    await expect(storeBackend(store)).rejects.toThrow("blocks.bin has the digest");
  });

  it("scans one after another, and not once it is closed or stopped", async () => {
    const { store, atoms } = stored(gaussian("rows", 9000, 2), 2);
    const signal = { aborted: false };
    const backend = await storeBackend(watched(store).store, { memory: await leastBudget(store), signal });
    const x = onPath(atoms, 2, 0.5);
    const query = queryAt(0.5);
    const all = await Promise.all([1, 2, 3].map(() => backend.scan(x, query, { kind: "exact" })));
    for (const { state } of all) expect(state).toEqual(scanAtoms(atoms, x, query));
    signal.aborted = true;
    await expect(backend.scan(x, query, { kind: "exact" })).rejects.toThrow("it was stopped");
    await backend.close();
    await expect(backend.scan(x, query, { kind: "exact" })).rejects.toThrow("is closed; expected an open one");
  });

  it("refuses queries that are not finite or do not fit", async () => {
    const backend = await storeBackend(stored(gaussian("rows", 10, 2), 2).store);
    const exact = { kind: "exact" } as const;
    await expect(backend.scan(points(Float64Array.of(1, Number.NaN), 2), queryAt(0.5), exact)).rejects.toThrow(
      "coordinate 1 of point 0 is NaN",
    );
    await expect(backend.scan(points(Float64Array.of(1), 1), queryAt(0.5), exact)).rejects.toThrow(
      "x is [1, 1], the data have dim 2",
    );
    await expect(
      backend.scan(points(Float64Array.of(1, 1), 2), queryAt(0.5), { kind: "statistical", references: 3 }),
    ).rejects.toThrow('Cannot promise "statistical"');
  });

  it("takes the limit at the data as all rows in memory would, ties and repeats included", async () => {
    const rows = gaussian("rows", 9000, 2).map((v) => Math.round(2 * v) / 2); // few values: many repeats
    const weights = Float64Array.from({ length: 9000 }, (_, i) => 1 + (i % 4));
    const { store, atoms } = stored(rows, 2, { weights, shardRows: 1000 });
    const x = points(Float64Array.of(0.25, 0.1, 5, 5, -0.5, 0.75), 2);
    const backend = await storeBackend(store, { memory: 1e6 });
    expect(await backend.limit(x, 3)).toEqual(dataLimit(atoms, x, 3));
  });
});

/** Sums of float64, but chunk by chunk with errors of its own, several at once, in answers that come later. */
const lateChunks: ChunkScanner = {
  ...referenceChunks,
  name: "late",
  inFlight: 3,
  bytes: () => 0,
  open() {
    return async ({ rows, logWeights, firstIndex }, x, query): Promise<Scan> => {
      for (let turn = firstIndex; turn < 3 * BLOCK; turn += BLOCK) await Promise.resolve(); // the first answers last
      const atoms = { points: points(Float64Array.from(rows), x.dim), logWeights };
      const state = scanAtoms(atoms, x, query);
      state.best.indices.forEach((index, k) => {
        if (index >= 0) state.best.indices[k] = index + firstIndex;
      });
      const error = referenceBackend({ points: atoms.points, logWeights: logWeights.map(() => -Math.log(logWeights.length)) });
      return { ...(await error.scan(x, query, { kind: "exact" })), state };
    };
  },
  error: mergedChunkError,
};

describe("ChunkScanner", () => {
  it("may answer late and several at once: the order of merging stays", async () => {
    const { store, atoms } = stored(gaussian("rows", 30000, 2), 2);
    const x = onPath(atoms, 3, 0.6);
    const query = queryAt(0.6, { top: 4, spread: true });
    const backend = await storeBackend(store, { scanner: lateChunks });
    const scan = await backend.scan(x, query, { kind: "exact" });
    expect(scan.state).toEqual(scanAtoms(atoms, x, query));
    expect(backend.name).toBe("store of late");
    for (const part of ["logit", "mean", "mass"] as const) {
      for (const error of scan.error[part]) expect(error).toBeGreaterThan(0);
    }
  });

  it("its failure ends the scan, and the next scan works", async () => {
    const { store, atoms } = stored(gaussian("rows", 30000, 2), 2);
    let fails = true;
    const scanner: ChunkScanner = {
      ...referenceChunks,
      inFlight: 2,
      open: (dim, allocate) => {
        const scan = referenceChunks.open(dim, allocate);
        return (chunk, x, query) => {
          if (fails && chunk.firstIndex === BLOCK) return Promise.reject(new Error("lost a worker"));
          return scan(chunk, x, query);
        };
      },
    };
    const backend = await storeBackend(store, { scanner });
    const x = onPath(atoms, 1, 0.6);
    await expect(backend.scan(x, queryAt(0.6), { kind: "exact" })).rejects.toThrow("lost a worker");
    fails = false;
    expect((await backend.scan(x, queryAt(0.6), { kind: "exact" })).state).toEqual(scanAtoms(atoms, x, queryAt(0.6)));
  });
});

/** Rows around far centres, those of one centre together. */
function clustered(clusters: number, each: number, dim: number): Float64Array {
  const centers = gaussian("centers", clusters, dim).map((v) => 10 * v);
  return gaussian("rows", clusters * each, dim).map((v, at) => {
    const cluster = Math.floor(at / (each * dim));
    return v * 0.3 + (centers[cluster * dim + (at % dim)] ?? 0);
  });
}

describe("storeBackend, certified", () => {
  const { store, atoms } = stored(clustered(24, BLOCK, 4), 4, { shardRows: 10000 });

  it("keeps the promise, by a full scan in float64, and reads little where blocks are compact", async () => {
    const { store: counted, seen } = watched(store);
    const backend = await storeBackend(counted, { memory: 5e6, boundsFor: "kept" });
    for (const t of [0.05, 0.5, 0.9]) {
      for (const epsilon of [1e-2, 1e-6]) {
        const x = onPath(atoms, 5, t);
        const query = queryAt(t, { spread: true, top: 2 });
        seen.bytes = 0;
        const scan = await backend.scan(x, query, { kind: "certified", epsilon });
        const { mean } = certifyScan(scan, backend, query);
        const truth = scanAtoms(atoms, x, query);
        for (let b = 0; b < 5; b++) {
          expect(mean[b]).toBeLessThanOrEqual(epsilon * backend.radius);
          const off = Math.hypot(
            ...[0, 1, 2, 3].map((d) => (scan.state.mean.data[4 * b + d] ?? 0) - (truth.mean.data[4 * b + d] ?? 0)),
          );
          expect(off).toBeLessThanOrEqual(mean[b] ?? Number.NaN);
        }
        expect(scan.evaluations + scan.skipped).toBe(5 * atoms.points.size);
        // all five points belong to the first cluster, which is one block
        if (t >= 0.5) expect([seen.bytes, scan.evaluations]).toEqual([BLOCK * 16, 5 * BLOCK]);
      }
    }
  });

  it("gives a point the same bytes alone and among others, under any budget", async () => {
    const x = onPath(atoms, 6, 0.1);
    const far = points(Float64Array.from([...x.data, ...gaussian("far", 3, 4).map((v) => 9 * v)]), 4);
    const query = queryAt(0.1, { top: 3, tangent: points(far.data.map(Math.sin), 4) });
    const demand = { kind: "certified", epsilon: 1e-4 } as const;
    const wide = await (await storeBackend(store)).scan(far, query, demand);
    const narrow = await storeBackend(store, { memory: (await leastBudget(store)) + 8000 });
    for (let b = 0; b < far.size; b++) {
      const one = points(far.data.slice(4 * b, 4 * b + 4), 4);
      const alone = await narrow.scan(one, { ...query, tangent: points(one.data.map(Math.sin), 4) }, demand);
      expect(alone.state.mean.data).toEqual(wide.state.mean.data.slice(4 * b, 4 * b + 4));
      expect(alone.state.tangent?.data).toEqual(wide.state.tangent?.data.slice(4 * b, 4 * b + 4));
      expect(alone.state.best.indices).toEqual(wide.state.best.indices.slice(3 * b, 3 * b + 3));
      expect(alone.error.skipped[0]).toBe(wide.error.skipped[b]);
    }
  });

  it("skips nothing where every block looks alike, and keeps the promise all the same", async () => {
    const { store: plain, atoms: all } = stored(gaussian("rows", 5 * BLOCK, 16), 16);
    const backend = await storeBackend(plain);
    const x = onPath(all, 2, 0.5);
    const scan = await backend.scan(x, queryAt(0.5), { kind: "certified", epsilon: 1e-6 });
    expect(scan.skipped).toBe(0);
    expect(scan.state.mass.length).toBe(2);
  });

  it("stops where reading on cannot help, and posteriorOn then refuses", async () => {
    const { store: coarse, atoms: all } = stored(clustered(24, BLOCK, 4), 4, {
      coding: { dtype: "float16", scale: 1, offset: 0 },
    });
    const { store: counted, seen } = watched(coarse);
    const backend = await storeBackend(counted);
    const posterior = posteriorOn(backend, { limit: backend.limit });
    const { alpha, beta } = condOt().at(0.9);
    seen.bytes = 0;
    await expect(
      posterior.evaluate(onPath(all, 1, 0.9), { alpha, beta }, {}, { kind: "certified", epsilon: 1e-9 }),
    ).rejects.toThrow(/^Cannot certify 1e-9: the bound of point 0 is/);
    expect(seen.bytes).toBeLessThan(24 * BLOCK * 8);
  });
});
