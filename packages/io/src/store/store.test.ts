import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32, decodeUtf8, digest, encodeUtf8 } from "../bytes/index.js";
import { blockCount, emptyIndex, readIndex, roundedUp, writeIndex } from "./block-index.js";
import { bytesOfDtype, decoderOf, FLOAT32_CODING, type StoreCoding } from "./coding.js";
import { BLOCK_ROWS, MANIFEST_FILE, type StoreManifest } from "./manifest.js";
import { memorySink, memoryStore } from "./memory-store.js";
import { filesOf, readManifest } from "./read-manifest.js";
import { readRows, shardOfRow } from "./read-rows.js";
import { type RowExtras, type StoreWriterOptions, storeWriter } from "./store-writer.js";
import { writeManifest } from "./write-manifest.js";

const GREY: StoreCoding = { dtype: "uint8", scale: 2 / 255, offset: -1 };

/** Some numbers between −1 and 1 that no two places share. */
const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + 0.3));

function written(rows: Float64Array, options: Partial<StoreWriterOptions>, extras: RowExtras = {}, push = 1000) {
  const { sink, files } = memorySink();
  const dim = options.dim ?? 3;
  const writer = storeWriter({ dim, coding: FLOAT32_CODING, shardRows: 2500, ...options }, sink);
  for (let from = 0; from < rows.length / dim; from += push) {
    const { weights, origins } = extras;
    writer.push(rows.subarray(from * dim, (from + push) * dim), {
      ...(weights ? { weights: weights.subarray(from, from + push) } : {}),
      ...(origins ? { origins: origins.subarray(from, from + push) } : {}),
    });
  }
  return { manifest: writer.finish(), files };
}

/** All rows of a store as float32 numbers. */
async function rowsOf(files: ReadonlyMap<string, Uint8Array>): Promise<Float32Array> {
  const store = memoryStore(files);
  const { size, dim, coding } = store.manifest;
  const bytes = new Uint8Array(size * dim * bytesOfDtype(coding.dtype));
  await readRows(store, "values", { from: 0, to: size }, bytes);
  return Float32Array.from(decoderOf(coding)(bytes, new Float32Array(size * dim)));
}

describe("storeWriter", () => {
  it("keeps every row, in order, whatever the sizes of shards and of what is pushed", async () => {
    const shape = fc.record({ rows: fc.integer({ min: 1, max: 9000 }), dim: fc.integer({ min: 1, max: 4 }) });
    const sizes = fc.record({ shardRows: fc.integer({ min: 500, max: 10000 }), push: fc.integer({ min: 300, max: 9000 }) });
    await fc.assert(
      fc.asyncProperty(shape, sizes, async ({ rows, dim }, { shardRows, push }) => {
        const data = numbers(rows * dim);
        const { files, manifest } = written(data, { dim, shardRows }, {}, push);
        expect(await rowsOf(files)).toEqual(Float32Array.from(data));
        expect(manifest.shards.map((shard) => shard.rows).reduce((sum, n) => sum + n, 0)).toBe(rows);
      }),
      { numRuns: 25 },
    );
  });

  it("writes the same index and the same rows under any size of shards", () => {
    const data = numbers(3 * 9000);
    const bytes = [1111, 4096, 20000].map((shardRows) => {
      const { files, manifest } = written(data, { shardRows });
      return [files.get("blocks.bin"), manifest.center, manifest.radius, manifest.norm];
    });
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
  });

  it("describes what it wrote: digests, centre, radius, norm, what rounding lost", () => {
    for (const coding of [FLOAT32_CODING, GREY, { dtype: "float16", scale: 1, offset: 0 } as const]) {
      const data = numbers(3 * 5000);
      const weights = Float64Array.from({ length: 5000 }, (_, i) => 1 + (i % 7));
      const { files, manifest } = written(data, { coding, weighted: true }, { weights });
      for (const { file, bytes, sha256 } of filesOf(manifest)) {
        const found = files.get(file) ?? new Uint8Array();
        expect([found.length, digest(found)]).toEqual([bytes, sha256]);
      }
      const kept = decoderOf(coding)(joinShards(files, manifest), new Float32Array(data.length));
      const norms = { norm: 0, lost: 0, radius: 0 };
      for (let i = 0; i < 5000; i++) {
        const row = [0, 1, 2].map((d) => kept[3 * i + d] ?? 0);
        norms.norm = Math.max(norms.norm, Math.hypot(...row));
        norms.lost = Math.max(norms.lost, Math.hypot(...row.map((v, d) => v - (data[3 * i + d] ?? 0))));
        norms.radius = Math.max(norms.radius, Math.hypot(...row.map((v, d) => v - (manifest.center[d] ?? 0))));
      }
      // bounds from above, and by a hair only: roundings of 3 squares
      expect(manifest.norm).toBeGreaterThanOrEqual(norms.norm);
      expect(manifest.norm).toBeLessThan(norms.norm * (1 + 1e-14));
      expect(manifest.storageError).toBeGreaterThanOrEqual(norms.lost);
      expect(manifest.storageError).toBeLessThan(norms.lost * (1 + 1e-14));
      // through the balls of the blocks: no less, and no more than twice the radius of a block beyond
      expect(manifest.radius).toBeGreaterThanOrEqual(norms.radius);
      expect(manifest.radius).toBeLessThan(norms.radius * 1.5);
      const mean = [0, 1, 2].map(
        (d) => weights.reduce((sum, w, i) => sum + w * (kept[3 * i + d] ?? 0), 0) / manifest.totalWeight,
      );
      mean.forEach((value, d) => {
        expect(manifest.center[d]).toBeCloseTo(value, 12); // 5000 additions of numbers below 7
      });
    }
  });

  it("puts all rows of a block within its radius, and all of its weight below its bound", () => {
    const data = numbers(2 * 9000).map((v, i) => v * (i > 9000 ? 100 : 1));
    const weights = Float64Array.from({ length: 9000 }, (_, i) => 1 + (i % 5));
    const { files, manifest } = written(data, { dim: 2, weighted: true }, { weights });
    const index = readIndex(files.get("blocks.bin") ?? new Uint8Array(), 9000, 2);
    expect(index.blocks).toBe(3);
    const kept = Float32Array.from(data);
    const total = Array.from({ length: 3 }, () => 0);
    for (let i = 0; i < 9000; i++) {
      const k = Math.floor(i / BLOCK_ROWS);
      const distance = Math.hypot(...[0, 1].map((d) => (kept[2 * i + d] ?? 0) - (index.centers[2 * k + d] ?? 0)));
      expect(distance).toBeLessThanOrEqual(index.radii[k] ?? 0);
      total[k] = (total[k] ?? 0) + (weights[i] ?? 0);
    }
    total.forEach((weight, k) => {
      const exact = Math.log(weight / manifest.totalWeight);
      expect(index.logWeights[k]).toBeGreaterThanOrEqual(exact);
      expect(index.logWeights[k]).toBeLessThan(exact + 1e-6); // one ulp of float32
    });
    expect(index.checksums[1]).toBe(crc32(joinShards(files, manifest).subarray(8 * 4096, 8 * 8192)));
  });

  it("adds what it loses to what was lost before", () => {
    const lost = (storageError: number): number => written(numbers(300), { coding: GREY, storageError }).manifest.storageError;
    expect(lost(0)).toBeGreaterThan(0);
    expect(lost(0.5)).toBe(0.5 + lost(0));
  });

  it("refuses rows that are not finite or do not fit, by their number, and weights that are not positive", () => {
    const rows = numbers(3 * 5000);
    rows[3 * 4500 + 1] = Number.NaN;
    expect(() => written(rows, {})).toThrow(
      new RangeError("Cannot write a store: row 4500 has NaN in column 1; expected finite numbers that float32 can hold"),
    );
    expect(() => written(Float64Array.of(0, 0, 3), { coding: GREY })).toThrow("row 0 has 3 in column 2");
    const weights = Float64Array.of(1, 0);
    expect(() => written(numbers(6), { weighted: true }, { weights })).toThrow(
      "the weight of row 1 is 0; expected a positive number",
    );
    expect(() => written(new Float64Array(), {})).toThrow("there are no rows");
    expect(() => written(numbers(3), { shardRows: 0 })).toThrow("shardRows is 0");
  });
});

function joinShards(files: ReadonlyMap<string, Uint8Array>, { shards }: StoreManifest): Uint8Array {
  return Uint8Array.from(shards.flatMap(({ file }) => [...(files.get(file) ?? [])]));
}

describe("readManifest", () => {
  const origins = Uint32Array.from({ length: 6000 }, (_, i) => 5999 - i);
  const { manifest, files } = written(numbers(3 * 6000), { coding: GREY, origins: true, clustered: true }, { origins });
  const value = (): Record<string, unknown> => JSON.parse(writeManifest(manifest)) as Record<string, unknown>;

  it("is undone by writeManifest and undoes it", () => {
    const text = decodeUtf8(files.get(MANIFEST_FILE) ?? new Uint8Array(), "x");
    expect(readManifest(text)).toEqual(manifest);
    expect(writeManifest(readManifest(text))).toBe(text);
  });

  it("says which key is unknown and which was meant", () => {
    expect(() => readManifest(JSON.stringify({ ...value(), storage_error: 1 }))).toThrow(
      /^Cannot read store: store\.json has the unknown key "storage_error" \(did you mean "storageError"\?\); expected format, version/,
    );
    expect(() => readManifest(JSON.stringify({ ...value(), shards: [{ fil: "x" }] }))).toThrow(
      'store.json.shards[0] has the unknown key "fil" (did you mean "file"?)',
    );
    expect(() => readManifest('{"size":1,"size":2}')).toThrow('the key "size" appears twice');
  });

  it("says which key is missing or wrong, each of them", () => {
    for (const key of Object.keys(value())) {
      const { [key]: _, ...rest } = value();
      expect(() => readManifest(JSON.stringify(rest)), key).toThrow(`store.json.${key} `);
      expect(() => readManifest(JSON.stringify({ ...rest, [key]: "?" })), key).toThrow(SyntaxError);
      expect(() => readManifest(JSON.stringify({ ...rest, [key]: null })), key).toThrow(SyntaxError);
      if (key !== "scale" && key !== "offset") {
        expect(() => readManifest(JSON.stringify({ ...rest, [key]: -1 })), key).toThrow(SyntaxError);
      }
    }
    expect(() => readManifest("{")).toThrow("store.json is not JSON");
    expect(() => readManifest("[]")).toThrow("store.json is []; expected an object");
    expect(() => readManifest(JSON.stringify({ ...value(), version: 2 }))).toThrow("store.json.version is 2; expected 1");
    expect(() => readManifest(JSON.stringify({ ...value(), dtype: "float16" }))).toThrow('"scale" beside the dtype float16');
  });

  it("refuses counts that disagree", () => {
    const shards = value().shards as Record<string, unknown>[];
    const withFirst = (change: object): string =>
      JSON.stringify({ ...value(), shards: [{ ...shards[0], ...change }, ...shards.slice(1)] });
    expect(() => readManifest(JSON.stringify({ ...value(), size: 6001 }))).toThrow(
      "the shards have 6000 rows, store.json.size is 6001",
    );
    expect(() => readManifest(withFirst({ bytes: 7 }))).toThrow(
      "store.json.shards[0].bytes is 7; expected 7500 for 2500 rows of dim 3",
    );
    expect(() => readManifest(withFirst({ origins: undefined }))).toThrow(
      "2 of 3 shards have origins; expected all of them or none",
    );
    expect(() => readManifest(withFirst({ file: "../x" }))).toThrow("store.json.shards[0].file is");
    expect(() => readManifest(withFirst({ file: "blocks.bin" }))).toThrow('the file "blocks.bin" appears twice');
    expect(() => readManifest(JSON.stringify({ ...value(), center: [0, 0] }))).toThrow(
      "store.json.center has 2 numbers; expected 3",
    );
    expect(() => readManifest(JSON.stringify({ ...value(), center: [0, 0, "0"] }))).toThrow("store.json.center has 2 numbers");
    expect(() => readManifest(JSON.stringify({ ...value(), dim: 4 }))).toThrow(SyntaxError);
  });
});

describe("memoryStore and readRows", () => {
  const origins = Uint32Array.from({ length: 6000 }, (_, i) => 5999 - i);
  const { files } = written(numbers(3 * 6000), { origins: true }, { origins });

  it("reads any range of any part across shards", async () => {
    const store = memoryStore(files);
    await fc.assert(
      fc.asyncProperty(fc.nat(6000), fc.nat(6000), async (p, q) => {
        const [from, to] = [Math.min(p, q), Math.max(p, q)];
        const bytes = new Uint8Array(4 * (to - from));
        await readRows(store, "origins", { from, to }, bytes);
        expect(Array.from(new Uint32Array(bytes.buffer))).toEqual(Array.from(origins.subarray(from, to)));
      }),
    );
    expect([0, 2499, 2500, 5999].map((row) => shardOfRow(store.manifest, row)?.file)).toEqual([
      "rows-00000.f32",
      "rows-00000.f32",
      "rows-00001.f32",
      "rows-00002.f32",
    ]);
    await expect(readRows(store, "weights", { from: 0, to: 1 }, new Uint8Array(8))).rejects.toThrow("it keeps none");
    await expect(readRows(store, "values", { from: 0, to: 6001 }, new Uint8Array(9))).rejects.toThrow("it has 6000 rows");
  });

  it("names a file that is missing or of another size", async () => {
    const lacking = new Map(files);
    lacking.delete("rows-00001.f32");
    lacking.set("rows-00002.f32", new Uint8Array(5));
    const read = (row: number): Promise<void> =>
      readRows(memoryStore(lacking, "s"), "values", { from: row, to: row + 1 }, new Uint8Array(12));
    await expect(read(3000)).rejects.toThrow(
      'Cannot read "s/rows-00001.f32": it is missing; expected 30000 bytes as store.json says',
    );
    await expect(read(5500)).rejects.toThrow('Cannot read "s/rows-00002.f32": it has 5 bytes; expected 12000 bytes');
    expect(() => memoryStore(new Map())).toThrow("there is no store.json");
  });
});

describe("block index", () => {
  it("is undone by its writer, and refuses what is no index", () => {
    const index = emptyIndex(9000, 2);
    index.centers.forEach((_, i) => {
      index.centers[i] = Math.sin(i);
    });
    index.radii.fill(2);
    index.logWeights.fill(-1);
    index.checksums.set([1, 2 ** 32 - 1, 3]);
    const bytes = writeIndex(index);
    expect(readIndex(bytes, 9000, 2)).toEqual(index);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(readIndex(shifted.subarray(1), 9000, 2).checksums).toEqual(index.checksums);
    expect(() => readIndex(bytes.subarray(4), 9000, 2)).toThrow(SyntaxError);
    index.radii[1] = -1;
    expect(() => readIndex(writeIndex(index), 9000, 2)).toThrow("(block 1)");
    expect(() => readIndex(encodeUtf8("x"), 1, 1)).toThrow("the index has 1 bytes; expected 20");
    expect([1, 4096, 4097].map(blockCount)).toEqual([1, 1, 2]);
  });

  it("roundedUp is the least float32 number that is not below", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e30, max: 1e30, noNaN: true }), (value) => {
        const up = roundedUp(value);
        expect(Math.fround(up)).toBe(up);
        expect(up).toBeGreaterThanOrEqual(value);
        // the next smaller float32 is below the value
        expect(up - Math.max(2 ** -149, Math.abs(up) * 2 ** -23)).toBeLessThan(value);
      }),
    );
  });
});
