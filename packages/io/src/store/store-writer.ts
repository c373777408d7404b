import { type BlockDraft, blockDraft } from "./block-draft.js";
import { emptyIndex, roundedUp, writeIndex } from "./block-index.js";
import { bytesOfDtype, type StoreCoding } from "./coding.js";
import { BLOCK_ROWS, type Shard, type StoreFile, type StoreManifest } from "./manifest.js";
import { writeManifest } from "./write-manifest.js";

/** A file of a store that is being written. */
export interface SinkFile {
  /** Appends bytes, which belong to the caller again when it returns. */
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => StoreFile;
}

/** Where the files of a new store go. */
export interface StoreSink {
  readonly create: (file: string) => SinkFile;
  /** The CRC-32 of bytes. */
  readonly checksum: (bytes: Uint8Array) => number;
  /** Takes the text of `store.json`, the last thing that is written. */
  readonly describe: (text: string) => void;
}

/** What a new store is to be. */
export interface StoreWriterOptions {
  /** D. */
  readonly dim: number;
  readonly coding: StoreCoding;
  /** Rows of every shard but the last. */
  readonly shardRows: number;
  /** Whether every row comes with a weight. @defaultValue false */
  readonly weighted?: boolean;
  /** Whether every row comes with its place in the data as given. @defaultValue false */
  readonly origins?: boolean;
  /** Whether near rows come together. @defaultValue false */
  readonly clustered?: boolean;
  /** What was lost before the rows came here, no less than max ‖error‖; what is lost here adds to it. @defaultValue 0 */
  readonly storageError?: number;
}

/** What may come with rows. */
export interface RowExtras {
  /** Positive, [n]. */
  readonly weights?: Float64Array;
  /** [n]. */
  readonly origins?: Uint32Array;
}

/** Takes rows of any number and writes a store of them; memory is one block and its index. */
export interface StoreWriter {
  /**
   * Appends rows, [n, D].
   * @throws RangeError naming the row that is not finite or that the coding cannot hold, or whose weight is not positive.
   */
  push(rows: Float64Array | Float32Array, extras?: RowExtras): void;
  /** Writes what is left, the index and `store.json`. @throws RangeError when there was no row. */
  finish(): StoreManifest;
}

/** Bytes that pass into consecutive files of equal numbers of rows. */
interface Stream {
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => readonly StoreFile[];
}

function splitStream(sink: StoreSink, fileBytes: number, nameOf: (i: number) => string): Stream {
  const closed: StoreFile[] = [];
  let open: SinkFile | undefined;
  let room = 0;
  const close = (): void => {
    if (open) closed.push(open.close());
    open = undefined;
  };
  return {
    write(bytes) {
      for (let from = 0; from < bytes.length; ) {
        if (!open) {
          open = sink.create(nameOf(closed.length));
          room = fileBytes;
        }
        const part = bytes.subarray(from, from + room);
        open.write(part);
        from += part.length;
        room -= part.length;
        if (room === 0) close();
      }
    },
    close() {
      close();
      return closed;
    },
  };
}

const numbered =
  (stem: string, ending: string) =>
  (i: number): string =>
    `${stem}-${String(i).padStart(5, "0")}.${ending}`;
const ENDINGS = { float32: "f32", float16: "f16", uint8: "u8" } as const;

/**
 * Starts a store. Rows are kept in their order, repeats included: they count as atoms of their own, whose weights add.
 * @throws RangeError unless dim and shardRows are whole numbers of at least 1.
 */
export function storeWriter(options: StoreWriterOptions, sink: StoreSink): StoreWriter {
  const { dim, coding, shardRows, weighted = false, origins = false } = options;
  for (const [name, value] of [
    ["dim", dim],
    ["shardRows", shardRows],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(`Cannot write a store: ${name} is ${value}; expected a whole number of at least 1`);
  }
  const streams = {
    rows: splitStream(sink, shardRows * dim * bytesOfDtype(coding.dtype), numbered("rows", ENDINGS[coding.dtype])),
    weights: splitStream(sink, shardRows * 8, numbered("weights", "f64")),
    origins: splitStream(sink, shardRows * 4, numbered("origins", "u32")),
  };
  const draft = blockDraft({ dim, coding, weighted, origins });
  const blocks: FinishedBlock[] = [];
  const total: Totals = { size: 0, weight: 0, sum: new Float64Array(dim), norm: 0, lost: 0 };
  const flush = (): void => {
    if (draft.rows() === 0) return;
    blocks.push(flushBlock(draft, streams, sink, total));
    draft.clear();
  };
  return {
    push(rows, extras = {}) {
      const count = rows.length / dim;
      for (let from = 0; from < count; ) {
        const to = Math.min(count, from + BLOCK_ROWS - draft.rows());
        draft.take(rows, from, to, { ...extras, firstRow: total.size + draft.rows() - from });
        from = to;
        if (draft.rows() === BLOCK_ROWS) flush();
      }
    },
    finish() {
      flush();
      if (total.size === 0) throw new RangeError("Cannot write a store: there are no rows; expected at least 1");
      const files = { rows: streams.rows.close(), weights: streams.weights.close(), origins: streams.origins.close() };
      const shards = files.rows.map((file, i): Shard => {
        const [weights, places] = [files.weights[i], files.origins[i]];
        const rows = Math.min(shardRows, total.size - i * shardRows);
        return { ...file, rows, ...(weights ? { weights } : {}), ...(places ? { origins: places } : {}) };
      });
      const manifest = manifestOf(options, shards, blocks, { total, sink });
      sink.describe(writeManifest(manifest));
      return manifest;
    },
  };
}

/** What the index keeps of a block. */
interface FinishedBlock {
  readonly center: Float32Array;
  readonly radius: number;
  readonly weight: number;
  readonly checksum: number;
  readonly weightChecksum: number;
}

/** Sums and largest values over all rows so far. */
interface Totals {
  size: number;
  weight: number;
  /** Σ w z, [D]. */
  readonly sum: Float64Array;
  norm: number;
  lost: number;
}

type Streams = Readonly<Record<"rows" | "weights" | "origins", Stream>>;

function flushBlock(draft: BlockDraft, streams: Streams, sink: StoreSink, total: Totals): FinishedBlock {
  const { rows, bytes, weightBytes, originBytes, center, radius, weight, sum, norm, lost } = draft.finish();
  streams.rows.write(bytes);
  if (weightBytes) streams.weights.write(weightBytes);
  if (originBytes) streams.origins.write(originBytes);
  sum.forEach((value, d) => {
    total.sum[d] = (total.sum[d] ?? 0) + value;
  });
  total.weight = draft.addWeights(total.weight);
  total.size += rows;
  total.norm = Math.max(total.norm, norm);
  total.lost = Math.max(total.lost, lost);
  return {
    center,
    radius,
    weight,
    checksum: sink.checksum(bytes),
    weightChecksum: weightBytes ? sink.checksum(weightBytes) : 0,
  };
}

function manifestOf(
  { dim, coding, clustered = false, storageError = 0 }: StoreWriterOptions,
  shards: readonly Shard[],
  blocks: readonly FinishedBlock[],
  { total, sink }: { readonly total: Totals; readonly sink: StoreSink },
): StoreManifest {
  const index = emptyIndex(total.size, dim);
  const center = total.sum.map((value) => value / total.weight);
  let reach = 0;
  for (const [k, block] of blocks.entries()) {
    index.centers.set(block.center, k * dim);
    index.radii[k] = block.radius;
    index.checksums[k] = block.checksum;
    index.weightChecksums[k] = block.weightChecksum;
    // a sum of 4096 weights is off by fewer roundings than 1e-12 of it
    index.logWeights[k] = roundedUp(Math.log((block.weight / total.weight) * (1 + 1e-12)));
    let squared = 0;
    for (let d = 0; d < dim; d++) squared += ((block.center[d] ?? 0) - (center[d] ?? 0)) ** 2;
    reach = Math.max(reach, Math.sqrt(squared) * (1 + (dim + 8) * Number.EPSILON) + block.radius);
  }
  const file = sink.create("blocks.bin");
  file.write(writeIndex(index));
  return {
    size: total.size,
    dim,
    coding,
    shards,
    index: file.close(),
    totalWeight: total.weight,
    center,
    radius: reach * (1 + 4 * Number.EPSILON),
    norm: total.norm,
    storageError: storageError + total.lost,
    clustered,
  };
}
