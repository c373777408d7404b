import { toJson } from "../json/index.js";
import type { StoreFile, StoreManifest } from "./manifest.js";
import { FORMAT, VERSION } from "./read-manifest.js";

const fileOf = ({ file, bytes, sha256 }: StoreFile): StoreFile => ({ file, bytes, sha256 });

/** The text of `store.json`, from which `readManifest` gets the same manifest back. */
export function writeManifest(manifest: StoreManifest): string {
  const { size, dim, coding, totalWeight, center, radius, norm, storageError, clustered } = manifest;
  const shards = manifest.shards.map((shard) => ({
    ...fileOf(shard),
    rows: shard.rows,
    ...(shard.weights ? { weights: fileOf(shard.weights) } : {}),
    ...(shard.origins ? { origins: fileOf(shard.origins) } : {}),
  }));
  const value = {
    format: FORMAT,
    version: VERSION,
    size,
    dim,
    dtype: coding.dtype,
    ...(coding.dtype === "uint8" ? { scale: coding.scale, offset: coding.offset } : {}),
    clustered,
    totalWeight,
    radius,
    norm,
    storageError,
    center,
    index: fileOf(manifest.index),
    shards,
  };
  return `${toJson(value, { indent: 2 })}\n`;
}
