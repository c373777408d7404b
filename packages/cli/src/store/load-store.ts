import { join } from "node:path";
import { bytesOfRow, decoderOf, type StoreFile } from "@fluxion/io";
import { badInput } from "../errors.js";
import { type FileSystem, readBytes, sha256 } from "../files/index.js";
import { format } from "../terminal/index.js";
import { openStore } from "./file-store.js";

/** All rows of a store in memory. */
export interface LoadedStore {
  /** [N, D]. */
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** [N]; where the store keeps some. */
  readonly weights: Float64Array | undefined;
}

/** What a command that needs all data in memory takes, as float64 numbers. */
const MOST = 4e9;

/**
 * Reads a whole store into memory, every file checked by its digest.
 * @throws CliError when it is too large for that, or damaged.
 */
export function loadStore(files: FileSystem, path: string, most: number = MOST): LoadedStore {
  const { manifest } = openStore(files, path);
  const { size, dim, coding, shards } = manifest;
  if (8 * size * dim > most) {
    throw badInput(
      `Cannot load the store "${path}": ${format.count(size, "row")} of dim ${dim} take ${format.bytes(8 * size * dim)} in memory, and this needs all of them there; expected at most ${format.bytes(most)}, or fluxion field, which reads a store block by block`,
    );
  }
  const decode = decoderOf(coding);
  const data = new Float64Array(size * dim);
  const weights = shards.some((shard) => shard.weights !== undefined) ? new Float64Array(size) : undefined;
  const room = new Float32Array(Math.max(...shards.map(({ rows }) => rows)) * (coding.dtype === "float32" ? 0 : dim));
  let first = 0;
  for (const shard of shards) {
    const bytes = checked(files, path, shard);
    data.set(decode(bytes.subarray(0, shard.rows * bytesOfRow(manifest, "values")), room), first * dim);
    if (weights && shard.weights) {
      const own = checked(files, path, shard.weights);
      const view = new DataView(own.buffer, own.byteOffset, own.byteLength);
      for (let i = 0; i < shard.rows; i++) weights[first + i] = view.getFloat64(8 * i, true);
    }
    first += shard.rows;
  }
  return { data, rows: size, columns: dim, weights };
}

function checked(files: FileSystem, folder: string, { file, sha256: expected }: StoreFile): Uint8Array {
  const bytes = readBytes(files, join(folder, file));
  const found = sha256(bytes);
  if (found === expected) return bytes;
  throw badInput(
    `Cannot load the store "${folder}": "${file}" has the digest ${found.slice(0, 16)}…; expected ${expected.slice(0, 16)}… as when the store was made`,
  );
}
