import { basename, dirname, join } from "node:path";
import { BLOCK_ROWS, bytesOfRow, decoderOf, npyHeader, readRows } from "@fluxion/io";
import { onPath, removeIfThere, syncDirectory, writeAll } from "../files/index.js";
import { openStore } from "./file-store.js";
import { heedStop, type StoreWork } from "./store-work.js";

/**
 * Writes the rows of a store as one npy file of float32 numbers, [N, D], block by block, whole or not at all.
 * @throws CliError with a sentence about `out` or about a file of the store.
 */
export async function exportStore(path: string, out: string, { files, progress, signal }: StoreWork): Promise<void> {
  const store = openStore(files, path);
  const { size, dim, coding } = store.manifest;
  const temporary = join(dirname(out), `.${basename(out)}.${process.pid}.tmp`);
  const decode = decoderOf(coding);
  const bytes = new Uint8Array(BLOCK_ROWS * bytesOfRow(store.manifest, "values"));
  const room = new Float32Array(BLOCK_ROWS * dim);
  const task = progress.start("export", size, "rows");
  try {
    const fd = onPath("write", out, () => files.open(temporary, "wx"));
    try {
      onPath("write", out, () => writeAll(files, fd, npyHeader("float32", [size, dim])));
      for (let from = 0; from < size; from += BLOCK_ROWS) {
        heedStop(signal);
        const range = { from, to: Math.min(size, from + BLOCK_ROWS) };
        const part = bytes.subarray(0, (range.to - from) * bytesOfRow(store.manifest, "values"));
        await readRows(store, "values", range, part);
        const rows = decode(part, room);
        onPath("write", out, () => writeAll(files, fd, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)));
        task.update(range.to);
      }
      onPath("write", out, () => files.sync(fd));
    } finally {
      files.close(fd);
    }
    onPath("write", out, () => files.rename(temporary, out));
    syncDirectory(files, dirname(out));
  } catch (error) {
    removeIfThere(files, temporary);
    throw error;
  }
  task.end();
  await store.close();
}
