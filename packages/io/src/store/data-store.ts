import type { StoreFile, StoreManifest } from "./manifest.js";

/**
 * The seam of data larger than memory: a manifest, and bytes of its files on demand. Files on a disk, bytes in memory, or
 * ranges over a network fulfil it; what the bytes mean is known above it.
 */
export interface DataStore {
  /** As it appears in messages: a path, say. */
  readonly name: string;
  readonly manifest: StoreManifest;
  /**
   * Fills all of `into` with the bytes of a file of the manifest from byte `from` on. Several reads may be under way.
   * @throws Error naming the file, what was expected and what was found, when it is missing, cut short or of another size.
   */
  read(file: StoreFile, from: number, into: Uint8Array): Promise<void>;
  /** The CRC-32 of bytes, by the fastest means at hand. */
  checksum(bytes: Uint8Array): number;
  /** Closes what is open. Further reads are errors. */
  close(): Promise<void>;
}
