import { basename, dirname, join } from "node:path";
import { bytesOfDtype, type StoreCoding, type StoreDtype, type StoreManifest, storeWriter } from "@fluxion/io";
import { badInput } from "../errors.js";
import { ensureDirectory, onPath, removeFolderQuietly, syncDirectory } from "../files/index.js";
import { clusterStore } from "./cluster-store.js";
import { openStore } from "./file-store.js";
import type { RowSource } from "./row-source.js";
import { folderSink } from "./store-sink.js";
import { heedStop, type StoreWork } from "./store-work.js";

/** What a new store is made from, and how. */
export interface CreateStoreOptions {
  /** Concatenated in this order. */
  readonly sources: readonly RowSource[];
  /** One column: the weights of all rows. */
  readonly weights?: RowSource;
  /** The folder, which must not exist. */
  readonly out: string;
  readonly dtype: StoreDtype;
  /** Bytes of rows in one file, about. */
  readonly shardBytes: number;
  /** Every number v becomes factor·v + offset. */
  readonly scale: { readonly factor: number; readonly offset: number };
  /** Whether to bring near rows together. */
  readonly cluster: boolean;
  /** Bytes that clustering may take. */
  readonly memory: number;
}

/**
 * Makes a store under a temporary name beside `out` and gives it its name when it is whole: nothing half-written is ever
 * under that name, and an error or an interrupt removes what was written.
 * @throws CliError or RangeError with a sentence; the folder `out` does not exist then.
 */
export async function createStore(options: CreateStoreOptions, work: StoreWork): Promise<StoreManifest> {
  const { files } = work;
  const { out } = options;
  if (files.exists(out)) throw badInput(`Cannot create the store "${out}": it exists already; expected a new name`);
  requireEqualColumns(options);
  ensureDirectory(files, dirname(out));
  const stem = join(dirname(out), `.${basename(out)}.${process.pid}`);
  const folders = [`${stem}.tmp`, `${stem}.rows`, `${stem}.parts`] as const;
  const [whole, plain, parts] = folders;
  try {
    for (const folder of folders) onPath("create the folder", folder, () => files.makeDirectory(folder));
    const coding = await codingOf(options, work);
    const first = options.cluster ? plain : whole;
    let manifest = await writeRows(options, coding, first, work);
    if (options.cluster) {
      const rowBytes = manifest.dim * bytesOfDtype(coding.dtype);
      const target = {
        folder: whole,
        scratch: parts,
        shardRows: shardRowsOf(options.shardBytes, rowBytes),
        memory: options.memory,
      };
      manifest = await clusterStore(openStore(files, plain), target, work);
    }
    heedStop(work.signal);
    onPath("create the store", out, () => files.rename(whole, out));
    syncDirectory(files, dirname(out));
    return manifest;
  } finally {
    for (const folder of folders) removeFolderQuietly(files, folder);
  }
}

/** Whole rows in about so many bytes, at least one. */
export function shardRowsOf(shardBytes: number, rowBytes: number): number {
  return Math.max(1, Math.floor(shardBytes / rowBytes));
}

function requireEqualColumns({ sources, weights, out }: CreateStoreOptions): void {
  const [first] = sources;
  if (first === undefined) throw badInput(`Cannot create the store "${out}": there are no inputs; expected at least one file`);
  const other = sources.find(({ columns }) => columns !== first.columns);
  if (other !== undefined) {
    throw badInput(
      `Cannot create the store "${out}": "${first.path}" has rows of ${first.columns} numbers, "${other.path}" of ${other.columns}; expected equal counts`,
    );
  }
  const rows = sources.reduce((sum, source) => sum + source.rows, 0);
  if (weights !== undefined && weights.rows * weights.columns !== rows) {
    throw badInput(
      `Cannot create the store "${out}": "${weights.path}" holds ${weights.rows * weights.columns} weights, the inputs ${rows} rows; expected equal counts`,
    );
  }
  const weighted = sources.filter((source) => source.weighted).length;
  if (weighted > 0 && (weights !== undefined || weighted < sources.length)) {
    throw badInput(
      `Cannot create the store "${out}": ${weighted} of ${sources.length} inputs have weights; expected all of them and no --weights, or none`,
    );
  }
}

/** For uint8 the levels: bytes as they come where all inputs hold bytes, otherwise 256 steps from the least to the largest number. */
async function codingOf({ dtype, sources, scale }: CreateStoreOptions, work: StoreWork): Promise<StoreCoding> {
  if (dtype !== "uint8") return { dtype, scale: 1, offset: 0 };
  if (sources.every(({ isByte }) => isByte)) return { dtype, scale: scale.factor, offset: scale.offset };
  let [least, largest] = [Infinity, -Infinity];
  await eachChunk("range", sources, work, ({ rows }) => {
    for (const value of rows) {
      if (value < least) least = value;
      if (value > largest) largest = value;
    }
  });
  const [low, high] = [least * scale.factor + scale.offset, largest * scale.factor + scale.offset].sort((p, q) => p - q);
  if (low === undefined || high === undefined || !(high > low)) return { dtype, scale: 1, offset: low ?? 0 };
  return { dtype, scale: (high - low) / 255, offset: low };
}

async function writeRows(
  options: CreateStoreOptions,
  coding: StoreCoding,
  folder: string,
  work: StoreWork,
): Promise<StoreManifest> {
  const { sources, weights, shardBytes } = options;
  const { factor, offset } = options.scale;
  const dim = sources[0]?.columns ?? 0;
  const weighted = weights !== undefined || sources.some((source) => source.weighted);
  const shardRows = shardRowsOf(shardBytes, dim * bytesOfDtype(coding.dtype));
  const storageError = Math.abs(factor) * Math.max(...sources.map((source) => source.storageError));
  const sink = folderSink(work.files, folder);
  const writer = storeWriter({ dim, coding, shardRows, weighted, storageError }, sink);
  const nextWeights = weights && takeFrom(weights);
  const moved = factor !== 1 || offset !== 0;
  await eachChunk("rows", sources, work, async (chunk) => {
    const rows = moved ? Float64Array.from(chunk.rows, (value) => value * factor + offset) : chunk.rows;
    const own = nextWeights === undefined ? chunk.weights : await nextWeights(chunk.rows.length / dim);
    writer.push(rows, own === undefined ? {} : { weights: own });
  });
  return writer.finish();
}

/** Does something with every chunk of all sources, under a bar, and lets interrupts be heard. */
async function eachChunk(
  name: string,
  sources: readonly RowSource[],
  { progress, signal }: StoreWork,
  visit: (chunk: { readonly rows: Float64Array | Float32Array; readonly weights?: Float64Array }) => void | Promise<void>,
): Promise<void> {
  const total = sources.reduce((sum, { rows }) => sum + rows, 0);
  const task = progress.start(name, total, "rows");
  let done = 0;
  for (const { chunks, columns } of sources) {
    for await (const chunk of chunks()) {
      heedStop(signal);
      await visit(chunk);
      done += chunk.rows.length / columns;
      task.update(done);
    }
  }
  task.end();
}

/** Takes the next numbers of a column, any count at a time. */
function takeFrom(source: RowSource): (count: number) => Promise<Float64Array> {
  const chunks = source.chunks()[Symbol.asyncIterator]();
  let held: Float64Array | Float32Array = new Float64Array();
  return async (count) => {
    const out = new Float64Array(count);
    for (let at = 0; at < count; ) {
      if (held.length === 0) held = (await chunks.next()).value?.rows ?? new Float64Array();
      if (held.length === 0) throw badInput(`Cannot read weights: "${source.path}" ends early; expected one a row`);
      const part = held.subarray(0, count - at);
      out.set(part, at);
      held = held.subarray(part.length);
      at += part.length;
    }
    return out;
  };
}
