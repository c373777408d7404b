import { createHash } from "node:crypto";
import { join } from "node:path";
import { filesOf, readIndex, type StoreFile } from "@fluxion/io";
import { type FileSystem, onPath, readPart } from "../files/index.js";
import { openStore } from "./file-store.js";
import { heedStop, type StoreWork } from "./store-work.js";

/** What is wrong with one file of a store. */
export interface StoreFault {
  readonly file: string;
  readonly expected: string;
  readonly found: string;
}

const PART = 4 * 2 ** 20;

/**
 * Reads every byte of a store and compares the digest of every file with the one in `store.json`: all faults.
 * @throws CliError when the store cannot be opened.
 */
export async function verifyStore(path: string, { files, progress, signal }: StoreWork): Promise<StoreFault[]> {
  const store = openStore(files, path);
  const { manifest } = store;
  const all = filesOf(manifest);
  const task = progress.start(
    "verify",
    all.reduce((sum, { bytes }) => sum + bytes, 0),
    "bytes",
  );
  const faults: StoreFault[] = [];
  let before = 0;
  for (const file of all) {
    const found = await digestOf(files, path, file, (done) => {
      heedStop(signal);
      task.update(before + done);
    });
    if (found !== file.sha256) faults.push({ file: file.file, expected: file.sha256, found });
    before += file.bytes;
  }
  task.end();
  if (faults.length === 0) {
    const bytes = new Uint8Array(manifest.index.bytes);
    await store.read(manifest.index, 0, bytes);
    readIndex(bytes, manifest.size, manifest.dim);
  }
  await store.close();
  return faults;
}

async function digestOf(
  files: FileSystem,
  folder: string,
  { file, bytes }: StoreFile,
  seen: (done: number) => void,
): Promise<string> {
  const path = join(folder, file);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(Math.min(PART, bytes));
  const fd = onPath("read", path, () => files.open(path, "r"));
  try {
    for (let at = 0; at < bytes; at += PART) {
      const part = buffer.subarray(0, Math.min(PART, bytes - at));
      await readPart(files, path, fd, at, part);
      hash.update(part);
      seen(at + part.length);
    }
  } finally {
    files.close(fd);
  }
  return hash.digest("hex");
}
