import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type DataStore, filesOf, MANIFEST_FILE, readManifest, type StoreFile } from "@fluxion/io";
import { badInput } from "../errors.js";
import { type FileSystem, onPath, readPart, readText } from "../files/index.js";

/** Whether a path is a folder that holds a store. */
export function isStore(files: FileSystem, path: string): boolean {
  return files.exists(join(path, MANIFEST_FILE));
}

/**
 * Opens the store in a folder: reads `store.json` and looks at the size of every file, so that one that is missing, cut short
 * or another is noticed before any work. Contents are checked by block when they are first read, and whole by `verifyStore`.
 * @throws CliError or SyntaxError naming the file, what was expected and what was found.
 */
export function openStore(files: FileSystem, path: string): DataStore {
  if (!isStore(files, path)) {
    throw badInput(
      `Cannot open the store "${path}": there is no ${MANIFEST_FILE} in it; expected a folder made by fluxion store create`,
    );
  }
  const manifest = readManifest(readText(files, join(path, MANIFEST_FILE)));
  for (const file of filesOf(manifest)) requireSize(files, path, file);
  let closed = false;
  return {
    name: path,
    manifest,
    async read(file, from, into) {
      if (closed) throw new Error(`Cannot read "${path}": the store is closed; expected an open one`);
      const whole = join(path, file.file);
      const fd = onPath("read", whole, () => files.open(whole, "r"));
      try {
        await readPart(files, whole, fd, from, into);
      } finally {
        files.close(fd);
      }
    },
    checksum: checksumOf,
    async close() {
      closed = true;
    },
  };
}

/** The CRC-32 of bytes, by the machine's own fast implementation. */
export function checksumOf(bytes: Uint8Array): number {
  return crc32(bytes);
}

function requireSize(files: FileSystem, folder: string, { file, bytes }: StoreFile): void {
  const path = join(folder, file);
  if (!files.exists(path)) {
    throw badInput(
      `Cannot open the store "${folder}": the file "${file}" is missing; expected ${bytes} bytes, as ${MANIFEST_FILE} says`,
    );
  }
  const found = onPath("read", path, () => files.size(path));
  if (found === bytes) return;
  throw badInput(`Cannot open the store "${folder}": "${file}" has ${found} bytes; expected ${bytes}, as ${MANIFEST_FILE} says`);
}
