import { mkdtempSync, readdirSync, readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fork, normal, points, rngOf, scanAtoms } from "@fluxion/core";
import { MANIFEST_FILE, ndArray, readManifest, readNpy, toFloat64, writeNpy } from "@fluxion/io";
import { storeBackend } from "@fluxion/kernels";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeEach, describe, expect, it } from "vitest";
import { type FileSystem, nodeFiles } from "../files/index.js";
import { type CreateStoreOptions, createStore } from "./create-store.js";
import { exportStore } from "./export-store.js";
import { openStore } from "./file-store.js";
import { loadStore } from "./load-store.js";
import { openRows } from "./row-source.js";
import type { StoreWork } from "./store-work.js";
import { verifyStore } from "./verify-store.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fluxion-store-"));
});
const at = (name: string): string => join(folder, name);

const silent = { start: () => ({ update: () => undefined, end: () => undefined }), note: () => undefined, warn: () => undefined };
const { signal } = new AbortController();
const work: StoreWork = { files: nodeFiles, progress: silent, signal };

const gaussian = (size: number, dim: number, name = "rows"): Float64Array =>
  normal(fork(rngOf(5), name), new Float64Array(size * dim)).map(Math.fround);

function save(name: string, data: Float64Array, dim: number, dtype: "float64" | "float32" | "uint8" = "float64"): string {
  const values = dtype === "float64" ? data : dtype === "float32" ? Float32Array.from(data) : Uint8Array.from(data);
  writeFileSync(at(name), writeNpy(ndArray(dtype, [data.length / dim, dim], values as never)));
  return at(name);
}

async function make(inputs: readonly string[], options: Partial<CreateStoreOptions> = {}, on: StoreWork = work) {
  const sources = [];
  for (const path of inputs) sources.push(await openRows(on.files, path));
  const scale = { factor: 1, offset: 0 };
  const rest = { out: at("s"), dtype: "float32", shardBytes: 30_000, scale, cluster: false, memory: 1e9 } as const;
  return createStore({ ...rest, sources, ...options }, on);
}

/** A disk with room for `room` more bytes. */
function smallDisk(room: number): FileSystem {
  let left = room;
  return {
    ...nodeFiles,
    write(fd, bytes, offset, length) {
      if (left === 0) throw Object.assign(new Error("as the system says"), { code: "ENOSPC" });
      const part = Math.min(left, length);
      left -= part;
      return nodeFiles.write(fd, bytes, offset, part);
    },
  };
}

describe("createStore", () => {
  it("concatenates files of all formats in order, and export gives the rows back", async () => {
    const [a, b, c, d] = [gaussian(5000, 3, "a"), gaussian(70, 3, "b"), gaussian(60, 3, "c"), gaussian(300, 3, "d")];
    writeFileSync(at("b.csv"), Array.from({ length: 70 }, (_, i) => b.subarray(3 * i, 3 * i + 3).join(",")).join("\n"));
    const columnData = ["x", "y", "z"].map((name, k) => ({
      name,
      type: "DOUBLE" as const,
      data: c.filter((_, i) => i % 3 === k),
    }));
    writeFileSync(at("c.parquet"), new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 25 })));
    await make([save("d.npy", d, 3)], { out: at("d.store") });
    const manifest = await make([save("a.npy", a, 3), at("b.csv"), at("c.parquet"), at("d.store")]);
    expect([manifest.size, manifest.dim, manifest.shards.length, manifest.storageError]).toEqual([5430, 3, 3, 0]);
    await exportStore(at("s"), at("out.npy"), work);
    const out = readNpy(readFileSync(at("out.npy")));
    expect(out).toEqual(ndArray("float32", [5430, 3], Float32Array.from([...a, ...b, ...c, ...d])));
    expect(await verifyStore(at("s"), work)).toEqual([]);
    expect(loadStore(nodeFiles, at("s")).data).toEqual(toFloat64(out));
    expect(readdirSync(folder).sort()).toEqual(["a.npy", "b.csv", "c.parquet", "d.npy", "d.store", "out.npy", "s"]);
  });

  it("scales, keeps bytes as bytes, and spreads 256 levels over what is no bytes", async () => {
    const bytes = Float64Array.from({ length: 600 }, (_, i) => i % 256);
    const scale = { factor: 1 / 127.5, offset: -1 };
    const whole = await make([save("bytes.npy", bytes, 2, "uint8")], { dtype: "uint8", scale, out: at("bytes") });
    expect(whole.coding).toEqual({ dtype: "uint8", scale: 1 / 127.5, offset: -1 });
    expect(loadStore(nodeFiles, at("bytes")).data).toEqual(bytes.map((v) => Math.fround(v / 127.5 - 1)));
    expect(whole.storageError).toBeLessThan(1e-7); // rounding of the levels to float32
    const rows = gaussian(500, 2);
    const levels = await make([save("rows.npy", rows, 2)], { dtype: "uint8", scale: { factor: -2, offset: 1 } });
    const given = rows.map((v) => 1 - 2 * v);
    const [least, largest] = [Math.min(...given), Math.max(...given)];
    expect(levels.coding).toMatchObject({ dtype: "uint8", offset: least });
    expect(levels.coding.scale).toBeCloseTo((largest - least) / 255, 12);
    loadStore(nodeFiles, at("s")).data.forEach((v, i) => {
      expect(Math.abs(v - (given[i] ?? 0))).toBeLessThanOrEqual(levels.coding.scale / 2 + 1e-6);
    });
    const constant = await make([save("same.npy", new Float64Array(6).fill(0.25), 2)], { dtype: "uint8", out: at("same") });
    expect([constant.storageError, loadStore(nodeFiles, at("same")).data[0]]).toEqual([0, 0.25]);
  });

  it("takes weights from a column beside the inputs, and from stores that have them", async () => {
    const weights = Float64Array.from({ length: 700 }, (_, i) => 1 + (i % 9));
    const inputs = [save("a.npy", gaussian(400, 2, "a"), 2), save("b.npy", gaussian(300, 2, "b"), 2)];
    const column = await openRows(nodeFiles, save("w.npy", weights, 1));
    const manifest = await make(inputs, { weights: column, out: at("first") });
    expect(manifest.totalWeight).toBe(weights.reduce((sum, w) => sum + w, 0));
    await make([at("first"), at("first")]);
    expect(loadStore(nodeFiles, at("s")).weights).toEqual(Float64Array.from([...weights, ...weights]));
    await expect(
      make(inputs, { weights: await openRows(nodeFiles, save("few.npy", weights.slice(1), 1)), out: at("x") }),
    ).rejects.toThrow('few.npy" holds 699 weights, the inputs 700 rows; expected equal counts');
    await expect(make([at("first"), ...inputs], { out: at("x") })).rejects.toThrow("1 of 3 inputs have weights");
  });

  it("cluster keeps every row with its weight and its place, whether or not the rows fit into memory, and makes blocks compact", async () => {
    const size = 30_000;
    const rows = gaussian(size, 2).map((v, i) => v * 0.2 + 10 * (((i >> 1) * 7) % 5)); // five clusters, dealt out in turn
    const weights = Float64Array.from({ length: size }, (_, i) => 1 + (i % 3));
    const input = save("a.npy", rows, 2, "float32");
    const kept = Float32Array.from(rows);
    const column = (): Promise<Awaited<ReturnType<typeof openRows>>> => openRows(nodeFiles, save("w.npy", weights, 1));
    const radii: number[] = [];
    for (const memory of [1e9, 400_000]) {
      const out = at(`c${memory}`);
      const manifest = await make([input], { weights: await column(), cluster: true, out, memory });
      expect(manifest.clustered).toBe(true);
      const loaded = loadStore(nodeFiles, out);
      const origins = manifest.shards.flatMap(({ origins: file }) => {
        const bytes = readFileSync(join(out, file?.file ?? ""));
        return Array.from(new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
      });
      expect(Uint32Array.from(origins).sort()).toEqual(Uint32Array.from({ length: size }, (_, i) => i));
      for (let i = 0; i < size; i += 7) {
        const from = origins[i] ?? -1;
        expect([loaded.data[2 * i], loaded.data[2 * i + 1], loaded.weights?.[i]]).toEqual([
          kept[2 * from],
          kept[2 * from + 1],
          weights[from],
        ]);
      }
      const store = openStore(nodeFiles, out);
      const backend = await storeBackend(store, { memory: 2e6 });
      const x = points(Float64Array.of(0, 0), 2);
      const query = { alpha: 0.8, variance: 0.04, spread: false, top: 0, tangent: undefined };
      radii.push((await backend.scan(x, query, { kind: "certified", epsilon: 1e-3 })).evaluations / size);
    }
    for (const share of radii) expect(share).toBeLessThan(0.5); // one of five clusters, with blocks that straddle
    await make([input], { out: at("plain") });
    const plain = await storeBackend(openStore(nodeFiles, at("plain")));
    const query = { alpha: 0.8, variance: 0.04, spread: false, top: 0, tangent: undefined };
    const { evaluations } = await plain.scan(points(Float64Array.of(0, 0), 2), query, { kind: "certified", epsilon: 1e-3 });
    expect(evaluations).toBe(size); // every block of the unordered store reaches everywhere
  });

  it("leaves nothing behind when the disk fills up, wherever that happens, or when it is interrupted", async () => {
    const input = save("a.npy", gaussian(9000, 4), 4);
    for (const cluster of [false, true]) {
      const needed = 9000 * 16;
      for (const room of [0, 100, needed / 2, needed + 10, ...(cluster ? [1.7 * needed, 2.6 * needed] : [])]) {
        const full = { ...work, files: smallDisk(Math.floor(room)) };
        await expect(make([input], { cluster }, full), `${cluster} ${room}`).rejects.toMatchObject({
          message: expect.stringMatching(/^Cannot write ".*": the disk is full; expected free space$/),
          exitCode: 1,
        });
        expect(readdirSync(folder)).toEqual(["a.npy"]);
      }
      const controller = new AbortController();
      const stopping = {
        ...silent,
        start: (name: string) => ({ ...silent.start(), update: () => (name === "rows") === !cluster && controller.abort() }),
      };
      const stopped = make([input], { cluster }, { ...work, progress: stopping as never, signal: controller.signal });
      await expect(stopped).rejects.toMatchObject({ exitCode: 130 });
      expect(readdirSync(folder)).toEqual(["a.npy"]);
    }
  });

  it("refuses a name that is taken, rows of other lengths, no inputs, numbers that do not fit", async () => {
    const a = save("a.npy", gaussian(10, 2), 2);
    const b = save("b.npy", gaussian(10, 3), 3);
    await expect(make([a, b])).rejects.toThrow(/a\.npy" has rows of 2 numbers, ".*b\.npy" of 3; expected equal counts$/);
    await expect(make([])).rejects.toThrow("there are no inputs");
    await expect(make([a], { out: b })).rejects.toThrow("it exists already; expected a new name");
    await expect(make([a], { dtype: "float16", scale: { factor: 1e6, offset: 0 } })).rejects.toThrow(
      /^Cannot write a store: row 0 has .* expected finite numbers that float16 can hold$/,
    );
    await expect(openRows(nodeFiles, at("absent.npy"))).rejects.toThrow("there is no such file or folder");
    await expect(openRows(nodeFiles, a, { columns: ["x"] })).rejects.toThrow("columns were named; expected a Parquet file");
    expect(readdirSync(folder).sort()).toEqual(["a.npy", "b.npy"]);
  });

  it("reads npy in part: many pushes, the same store as at once", async () => {
    const rows = gaussian(40_000, 40); // several chunks
    const manifest = await make([save("a.npy", rows, 40, "float32")], { shardBytes: 1e6 });
    expect(manifest.size).toBe(40_000);
    const { data } = loadStore(nodeFiles, at("s"));
    expect(data.every((v, i) => v === rows[i])).toBe(true);
  });
});

describe("openStore", () => {
  const scanOf = async (path: string): Promise<unknown> => {
    const backend = await storeBackend(openStore(nodeFiles, path));
    const query = { alpha: 0.5, variance: 0.25, spread: false, top: 0, tangent: undefined };
    return backend.scan(points(new Float64Array(3), 3), query, { kind: "exact" });
  };

  it("scans the files on the disk to the bytes of the same rows in memory", async () => {
    const rows = gaussian(20_000, 3);
    await make([save("a.npy", rows, 3)]);
    const atoms = { points: points(rows, 3), logWeights: new Float64Array(20_000).fill(-Math.log(20_000)) };
    const x = points(Float64Array.from([0, 1, 2, -1, 0, 0.5]), 3);
    const query = { alpha: 0.5, variance: 0.25, spread: true, top: 3, tangent: undefined };
    const backend = await storeBackend(openStore(nodeFiles, at("s")), { memory: 1e6 });
    expect((await backend.scan(x, query, { kind: "exact" })).state).toEqual(scanAtoms(atoms, x, query));
  });

  it("says which file is missing, cut short, longer or changed, what was expected and what was found", async () => {
    const input = save("a.npy", gaussian(9000, 3), 3);
    const damage = async (work: (shard: string) => void): Promise<string> => {
      const out = mkdtempSync(join(folder, "d-"));
      await make([input], { out: join(out, "s") });
      work(join(out, "s", "rows-00001.f32"));
      return join(out, "s");
    };
    const missing = await damage(unlinkSync);
    await expect(scanOf(missing)).rejects.toThrow(`"rows-00001.f32" is missing; expected 30000 bytes, as store.json says`);
    const short = await damage((shard) => truncateSync(shard, 29_999));
    await expect(scanOf(short)).rejects.toThrow(`"rows-00001.f32" has 29999 bytes; expected 30000, as store.json says`);
    const longer = await damage((shard) => truncateSync(shard, 30_001));
    await expect(scanOf(longer)).rejects.toThrow(`"rows-00001.f32" has 30001 bytes; expected 30000`);
    const flipped = await damage((shard) => {
      const bytes = readFileSync(shard);
      bytes[17] = (bytes[17] ?? 0) ^ 0x10;
      writeFileSync(shard, bytes);
    });
    await expect(scanOf(flipped)).rejects.toThrow(/rows 0 to 4095, in rows-00000\.f32 and rows-00001\.f32, have the checksum/);
    expect(() => loadStore(nodeFiles, flipped)).toThrow('"rows-00001.f32" has the digest');
    const [fault, ...others] = await verifyStore(flipped, work);
    expect([fault?.file, fault?.expected.length, others.length]).toEqual(["rows-00001.f32", 64, 0]);
    await expect(scanOf(folder)).rejects.toThrow("there is no store.json in it; expected a folder made by fluxion store create");
  });

  it("notices a file that is cut short while it is open, and a device that fails", async () => {
    await make([save("a.npy", gaussian(9000, 3), 3)]);
    const store = openStore(nodeFiles, at("s"));
    truncateSync(join(at("s"), "rows-00000.f32"), 100);
    const [first] = store.manifest.shards;
    if (first === undefined) throw new Error("no shard");
    await expect(store.read(first, 0, new Uint8Array(200))).rejects.toThrow(
      /rows-00000\.f32": it ends at byte 100; expected 200 bytes/,
    );
    const broken: FileSystem = { ...nodeFiles, readAt: () => Promise.reject(Object.assign(new Error("x"), { code: "EIO" })) };
    await make([at("a.npy")], { out: at("t") });
    await expect(openStore(broken, at("t")).read(first, 0, new Uint8Array(1))).rejects.toThrow("the device reports an error");
    await store.close();
    await expect(store.read(first, 0, new Uint8Array(1))).rejects.toThrow("the store is closed");
  });

  it("reads a slow disk that gives a few bytes at a time", async () => {
    const rows = gaussian(3000, 2);
    await make([save("a.npy", rows, 2)]);
    const slow: FileSystem = {
      ...nodeFiles,
      readAt: (fd, into, position) => nodeFiles.readAt(fd, into.subarray(0, 999), position),
    };
    await exportStore(at("s"), at("out.npy"), { ...work, files: slow });
    expect(readNpy(readFileSync(at("out.npy"))).data).toEqual(Float32Array.from(rows));
  });

  it("loadStore says when a store is too large to be loaded", async () => {
    await make([save("a.npy", gaussian(1000, 3), 3)]);
    expect(() => loadStore(nodeFiles, at("s"), 23_999)).toThrow(
      /1,000 rows of dim 3 take 24 kB in memory, and this needs all of them there; expected at most 24 kB, or fluxion field/,
    );
    expect(loadStore(nodeFiles, at("s"), 24_000).rows).toBe(1000);
  });

  it("export leaves nothing behind on a full disk, and never a part under the name", async () => {
    await make([save("a.npy", gaussian(9000, 3), 3)]);
    for (const room of [0, 200, 50_000]) {
      await expect(exportStore(at("s"), at("out.npy"), { ...work, files: smallDisk(room) })).rejects.toThrow("the disk is full");
      expect(readdirSync(folder).sort()).toEqual(["a.npy", "s"]);
    }
  });
});

describe("a store on a disk", () => {
  it("is the same under any size of shards, but for the shards", async () => {
    const input = save("a.npy", gaussian(9000, 2), 2);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3000, max: 200_000 }), async (shardBytes) => {
        const out = join(mkdtempSync(join(folder, "p-")), "s");
        const { shards, ...rest } = await make([input], { out, shardBytes });
        const { shards: _, ...first } = await make([input], { out: join(out, "..", "t") });
        expect(rest).toEqual(first);
        expect(readManifest(readFileSync(join(out, MANIFEST_FILE), "utf8"))).toEqual({ ...rest, shards });
        expect(shards.every(({ file, bytes }) => statSync(join(out, file)).size === bytes)).toBe(true);
      }),
      { numRuns: 5 },
    );
  });
});
