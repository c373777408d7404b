import {
  BLOCK_ROWS,
  type BlockIndex,
  bytesOfRow,
  type DataStore,
  type DecodeNumbers,
  decoderOf,
  readRows,
  shardOfRow,
} from "@fluxion/io";
import type { StoreChunk } from "./scan-chunk.js";

/** Consecutive blocks [from, to) that are read at once. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** A chunk with the number of its block. */
export interface BlockChunk extends StoreChunk {
  readonly block: number;
}

/** What reading takes. */
export interface BlockReaderOptions {
  /** Blocks a read buffer holds; there are two buffers. */
  readonly runBlocks: number;
  /** Chunks that may be scanned at once. */
  readonly inFlight: number;
  readonly allocate: (bytes: number) => ArrayBuffer;
  /** Looked at before every read. */
  readonly stop: () => void;
  /** Told of the bytes of every read. */
  readonly onRead: (bytes: number) => void;
}

/** Reads blocks ahead of their use. */
export interface BlockReader {
  readonly runBlocks: number;
  /**
   * The chunks of the runs in order, in groups of at most `inFlight`; while one run is in use the next is read. Chunks are
   * valid until the next group is asked for. One iteration at a time.
   * @throws SyntaxError when a block is not the one that was written; Error as `DataStore.read` does.
   */
  groups(runs: Iterable<Run>): AsyncGenerator<readonly BlockChunk[], void, undefined>;
}

interface Buffer {
  readonly weights: Uint8Array;
  readonly rows: Uint8Array;
}

/** Bytes of one block in a read buffer, and of what decoding a chunk takes. */
export function blockBytes({ manifest }: Pick<DataStore, "manifest">): { readonly read: number; readonly decode: number } {
  const weighted = isWeighted({ manifest });
  const values = BLOCK_ROWS * bytesOfRow(manifest, "values");
  const decoded = manifest.coding.dtype === "float32" ? 0 : 4 * BLOCK_ROWS * manifest.dim;
  return { read: values + (weighted ? 8 * BLOCK_ROWS : 0), decode: decoded + 8 * BLOCK_ROWS };
}

/** A reader over a store; its buffers are made here and live as long as it. */
export function blockReader(
  store: DataStore,
  index: BlockIndex,
  { runBlocks, inFlight, allocate, stop, onRead }: BlockReaderOptions,
): BlockReader {
  const { manifest } = store;
  const weighted = isWeighted(store);
  const valueBytes = bytesOfRow(manifest, "values");
  const buffer = (): Buffer => ({
    weights: new Uint8Array(allocate(weighted ? 8 * BLOCK_ROWS * runBlocks : 0)),
    rows: new Uint8Array(allocate(valueBytes * BLOCK_ROWS * runBlocks)),
  });
  const buffers = [buffer(), buffer()] as const;
  const groupOf = grouper(store, index, inFlight, allocate);

  async function load({ from, to }: Run, { rows, weights }: Buffer): Promise<void> {
    stop();
    const range = { from: from * BLOCK_ROWS, to: Math.min(to * BLOCK_ROWS, manifest.size) };
    const count = range.to - range.from;
    const reads = [readRows(store, "values", range, rows.subarray(0, count * valueBytes))];
    if (weighted) reads.push(readRows(store, "weights", range, weights.subarray(0, 8 * count)));
    for (const result of await Promise.allSettled(reads)) if (result.status === "rejected") throw result.reason;
    onRead(count * (valueBytes + (weighted ? 8 : 0)));
  }

  async function* groups(runs: Iterable<Run>): AsyncGenerator<readonly BlockChunk[], void, undefined> {
    const plan = [...runs];
    let next: Promise<void> | undefined;
    const begin = (i: number): void => {
      const run = plan[i];
      next = run && load(run, buffers[(i % 2) as 0 | 1]);
      next?.catch(() => undefined); // it is awaited below, or after an error that came before
    };
    begin(0);
    try {
      for (const [i, run] of plan.entries()) {
        await next;
        begin(i + 1);
        const held = buffers[(i % 2) as 0 | 1];
        for (let from = run.from; from < run.to; from += inFlight) {
          yield groupOf({ from, to: Math.min(run.to, from + inFlight) }, run, held);
        }
      }
    } finally {
      await next?.catch(() => undefined); // a read under way writes into a buffer that a later scan uses
    }
  }
  return { runBlocks, groups };
}

const isWeighted = ({ manifest }: Pick<DataStore, "manifest">): boolean =>
  manifest.shards.some(({ weights }) => weights !== undefined);

/** Makes chunks of blocks that are in a buffer, at most `inFlight` at a time; a block is checked when it first comes. */
function grouper(store: DataStore, index: BlockIndex, inFlight: number, allocate: (bytes: number) => ArrayBuffer) {
  const { size } = store.manifest;
  const valueBytes = bytesOfRow(store.manifest, "values");
  const decode = decoderOf(store.manifest.coding);
  const slots = Array.from({ length: inFlight }, () => slotOf(store, decode, allocate));
  const checked = new Uint8Array(index.blocks); // 1 where the checksums agreed once
  return ({ from, to }: Run, run: Run, buffer: Buffer): BlockChunk[] => {
    const group: BlockChunk[] = [];
    for (const [i, slot] of slots.slice(0, to - from).entries()) {
      const block = from + i;
      const count = Math.min(BLOCK_ROWS, size - block * BLOCK_ROWS);
      const at = (block - run.from) * BLOCK_ROWS;
      const rows = buffer.rows.subarray(at * valueBytes, (at + count) * valueBytes);
      const weights = buffer.weights.subarray(8 * at, 8 * (at + count));
      if (checked[block] === 0) {
        requireChecksum(store, block, rows, index.checksums[block] ?? 0);
        if (weights.length > 0) requireChecksum(store, block, weights, index.weightChecksums[block] ?? 0);
        checked[block] = 1;
      }
      group.push({ block, firstIndex: block * BLOCK_ROWS, ...slot(rows, weights, count) });
    }
    return group;
  };
}

/** Turns bytes of a chunk into numbers, in buffers of its own. */
function slotOf(store: DataStore, decode: DecodeNumbers, allocate: (bytes: number) => ArrayBuffer) {
  const { manifest } = store;
  const room = new Float32Array(allocate(manifest.coding.dtype === "float32" ? 0 : 4 * BLOCK_ROWS * manifest.dim));
  const weighted = isWeighted(store);
  const logTotal = Math.log(manifest.totalWeight);
  const logWeights = new Float64Array(allocate(8 * BLOCK_ROWS)).fill(-logTotal);
  return (values: Uint8Array, weights: Uint8Array, count: number): Pick<StoreChunk, "rows" | "logWeights"> => {
    if (weighted) {
      const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength);
      for (let i = 0; i < count; i++) logWeights[i] = Math.log(view.getFloat64(8 * i, true)) - logTotal;
    }
    return { rows: decode(values, room), logWeights: logWeights.subarray(0, count) };
  };
}

function requireChecksum(store: DataStore, block: number, bytes: Uint8Array, expected: number): void {
  const found = store.checksum(bytes);
  if (found === expected) return;
  const [first, last] = [block * BLOCK_ROWS, Math.min((block + 1) * BLOCK_ROWS, store.manifest.size) - 1];
  const files = new Set([first, last].map((row) => shardOfRow(store.manifest, row)?.file));
  const hex = (word: number): string => word.toString(16).padStart(8, "0");
  throw new SyntaxError(
    `Cannot read "${store.name}": rows ${first} to ${last}, in ${[...files].join(" and ")}, have the checksum ${hex(found)}; expected ${hex(expected)} as when the store was made`,
  );
}
