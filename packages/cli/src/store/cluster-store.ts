import { join } from "node:path";
import { BLOCK_ROWS, bytesOfRow, type DataStore, decoderOf, readRows, type StoreManifest, storeWriter } from "@fluxion/io";
import { clusterOrder, type PlainRows, rowSplitter } from "@fluxion/kernels";
import { type FileSystem, onPath, readBytes, writeAll } from "../files/index.js";
import { folderSink } from "./store-sink.js";
import { heedStop, type StoreWork } from "./store-work.js";

/** Where a clustered store goes. */
export interface ClusterTarget {
  readonly folder: string;
  /** An empty folder for parts that fit into memory. */
  readonly scratch: string;
  readonly shardRows: number;
  /** Bytes that the work may take. */
  readonly memory: number;
}

/** Rows that the tree of parts is found from: this many places, this many neighbours at each. */
const PLACES = 4096;
const NEIGHBOURS = 16;
/** Bytes of rows on their way to one part. */
const PART_BUFFER = 128 * 1024;
/** A part is read at once, and Node reads no file of 2³¹ bytes at once. */
const LARGEST_PART = 1e9;
/** More parts than this would be too many open files, and too small. */
const DEEPEST = 9;

/**
 * Writes the rows of a store in an order that brings near ones together, with their places in the old one. Where they do not
 * fit into memory they are first sent to parts that do, down a tree of cuts found from a sample; every part is then ordered
 * by itself. Reads everything once or twice; the parts take as much space as the rows.
 */
export async function clusterStore(store: DataStore, target: ClusterTarget, work: StoreWork): Promise<StoreManifest> {
  const { dim, size, coding, shards, storageError } = store.manifest;
  const weighted = shards.some(({ weights }) => weights !== undefined);
  const record = recordOf(store, weighted);
  // a part is there as bytes and as numbers, with its order and keys
  const perRow = record.bytes + 4 * dim + 12;
  const needed = Math.max((2 * perRow) / target.memory, record.bytes / LARGEST_PART) * size;
  const depth = Math.min(DEEPEST, Math.max(0, Math.ceil(Math.log2(needed))));
  const task = work.progress.start("cluster", 2 * size, "rows");
  const options = { dim, coding, shardRows: target.shardRows, weighted, origins: true, clustered: true, storageError };
  const writer = storeWriter(options, folderSink(work.files, target.folder));
  const parts = await intoParts(store, { ...target, record, depth }, work, (done) => task.update(done));
  let written = 0;
  for (const path of parts) {
    heedStop(work.signal);
    const bytes = readBytes(work.files, path);
    work.files.remove(path);
    const count = bytes.length / record.bytes;
    if (count === 0) continue;
    const part = record.split(bytes, count);
    const order = clusterOrder(part, written % BLOCK_ROWS);
    for (let from = 0; from < count; from += BLOCK_ROWS) {
      writer.push(...record.take(part, order.subarray(from, from + BLOCK_ROWS)));
      await new Promise(setImmediate);
    }
    written += count;
    task.update(size + written);
  }
  task.end();
  await store.close();
  return writer.finish();
}

/** Rows of a part with what belongs to them. */
interface Part extends PlainRows {
  readonly weights: Float64Array;
  readonly origins: Uint32Array;
}

/** How one row lies in a part: its values, its place, and its weight where there is one. */
interface RowRecord {
  readonly bytes: number;
  readonly values: number;
  readonly weighted: boolean;
  readonly split: (bytes: Uint8Array, count: number) => Part;
  readonly take: (part: Part, order: Uint32Array) => [Float32Array, { weights: Float64Array; origins: Uint32Array }];
}

function recordOf({ manifest }: DataStore, weighted: boolean): RowRecord {
  const { dim, coding } = manifest;
  const values = bytesOfRow(manifest, "values");
  const bytes = values + 4 + (weighted ? 8 : 0);
  const decode = decoderOf(coding);
  return {
    bytes,
    values,
    weighted,
    split(all, count) {
      const part = {
        data: new Float32Array(count * dim),
        dim,
        weights: new Float64Array(weighted ? count : 0),
        origins: new Uint32Array(count),
      };
      const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
      for (let i = 0, at = 0; i < count; i++, at += bytes) {
        const room = part.data.subarray(i * dim, (i + 1) * dim);
        const row = decode(all.subarray(at, at + values), room);
        if (row.buffer !== part.data.buffer) room.set(row);
        part.origins[i] = view.getUint32(at + values, true);
        if (weighted) part.weights[i] = view.getFloat64(at + values + 4, true);
      }
      return part;
    },
    take({ data, weights, origins }, order) {
      const rows = new Float32Array(order.length * dim);
      order.forEach((i, k) => {
        rows.set(data.subarray(i * dim, (i + 1) * dim), k * dim);
      });
      return [
        rows,
        { weights: Float64Array.from(order, (i) => weights[i] ?? 0), origins: Uint32Array.from(order, (i) => origins[i] ?? 0) },
      ];
    },
  };
}

/** Sends every row to one of 2^depth files, each of near rows; returns their paths. */
async function intoParts(
  store: DataStore,
  { scratch, record, depth }: ClusterTarget & { readonly record: RowRecord; readonly depth: number },
  { files, signal }: StoreWork,
  onRows: (done: number) => void,
): Promise<string[]> {
  const { size, dim } = store.manifest;
  const splitter = rowSplitter(depth === 0 ? { data: new Float32Array(dim), dim } : await sampleOf(store), depth);
  const outs = Array.from({ length: splitter.leaves }, (_, i) => partFile(files, join(scratch, `part-${i}`)));
  const decode = decoderOf(store.manifest.coding);
  const [bytes, room] = [new Uint8Array(BLOCK_ROWS * record.values), new Float32Array(BLOCK_ROWS * dim)];
  const weights = new DataView(new ArrayBuffer(8 * BLOCK_ROWS));
  const one = new Uint8Array(record.bytes);
  const view = new DataView(one.buffer);
  try {
    for (let from = 0; from < size; from += BLOCK_ROWS) {
      heedStop(signal);
      const range = { from, to: Math.min(size, from + BLOCK_ROWS) };
      const count = range.to - from;
      const part = bytes.subarray(0, count * record.values);
      await readRows(store, "values", range, part);
      if (record.weighted) await readRows(store, "weights", range, new Uint8Array(weights.buffer, 0, 8 * count));
      const rows = { data: decode(part, room), dim };
      for (let i = 0; i < count; i++) {
        one.set(part.subarray(i * record.values, (i + 1) * record.values));
        view.setUint32(record.values, from + i, true);
        if (record.weighted) view.setFloat64(record.values + 4, weights.getFloat64(8 * i, true), true);
        outs[splitter.leafOf(rows, i)]?.write(one);
      }
      onRows(range.to);
    }
    for (const out of outs) out.flush();
  } finally {
    for (const out of outs) out.close();
  }
  return outs.map(({ path }) => path);
}

/** Some rows from all over the store. */
async function sampleOf(store: DataStore): Promise<PlainRows> {
  const { size, dim, coding } = store.manifest;
  const decode = decoderOf(coding);
  const places = Math.min(PLACES, Math.max(1, Math.floor(size / NEIGHBOURS)));
  const data = new Float32Array(places * NEIGHBOURS * dim);
  const bytes = new Uint8Array(NEIGHBOURS * bytesOfRow(store.manifest, "values"));
  const room = new Float32Array(NEIGHBOURS * dim);
  for (let k = 0; k < places; k++) {
    const from = Math.min(Math.floor((k * size) / places), size - NEIGHBOURS);
    await readRows(store, "values", { from, to: from + NEIGHBOURS }, bytes);
    data.set(decode(bytes, room), k * NEIGHBOURS * dim);
  }
  return { data, dim };
}

/** A file that records are appended to through a buffer. */
function partFile(files: FileSystem, path: string) {
  const fd = onPath("write", path, () => files.open(path, "wx"));
  let buffer = new Uint8Array(PART_BUFFER);
  let held = 0;
  const flush = (): void => {
    onPath("write", path, () => writeAll(files, fd, buffer.subarray(0, held)));
    held = 0;
  };
  return {
    path,
    flush,
    write(bytes: Uint8Array): void {
      if (held + bytes.length > buffer.length) flush();
      if (bytes.length > buffer.length) buffer = new Uint8Array(bytes.length);
      buffer.set(bytes, held);
      held += bytes.length;
    },
    close: () => files.close(fd),
  };
}
