import { bytesOfDtype } from "./coding.js";
import type { DataStore } from "./data-store.js";
import type { Shard, StoreFile, StoreManifest } from "./manifest.js";

/** What a store keeps of every row. */
export type RowPart = "values" | "weights" | "origins";

/** Bytes of one row of a part. */
export function bytesOfRow({ dim, coding }: Pick<StoreManifest, "dim" | "coding">, part: RowPart): number {
  return part === "values" ? dim * bytesOfDtype(coding.dtype) : part === "weights" ? 8 : 4;
}

function fileOf(shard: Shard, part: RowPart): StoreFile {
  const file = part === "values" ? shard : shard[part];
  if (file !== undefined) return file;
  throw new RangeError(`Cannot read the ${part} of a store: it keeps none; expected a store made with them`);
}

/**
 * Fills `into` with the bytes of rows [from, to), as if all shards were one file: all reads at once.
 * @throws RangeError when the store has no such rows or does not keep the part; Error as `DataStore.read` does.
 */
export async function readRows(
  store: DataStore,
  part: RowPart,
  { from, to }: { readonly from: number; readonly to: number },
  into: Uint8Array,
): Promise<void> {
  const { shards, size } = store.manifest;
  if (!(from >= 0 && from <= to && to <= size)) {
    throw new RangeError(`Cannot read rows ${from} to ${to} of a store: it has ${size} rows; expected rows that it has`);
  }
  const width = bytesOfRow(store.manifest, part);
  const reads: Promise<void>[] = [];
  let first = 0; // row at which the shard begins
  for (const shard of shards) {
    const [low, high] = [Math.max(from, first), Math.min(to, first + shard.rows)];
    if (low < high) {
      const room = into.subarray((low - from) * width, (high - from) * width);
      reads.push(store.read(fileOf(shard, part), (low - first) * width, room));
    }
    first += shard.rows;
  }
  const results = await Promise.allSettled(reads); // none may still write into the buffer when this throws
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** The shard that holds a row. */
export function shardOfRow({ shards }: Pick<StoreManifest, "shards">, row: number): Shard | undefined {
  let end = 0;
  return shards.find((shard) => {
    end += shard.rows;
    return row < end;
  });
}
