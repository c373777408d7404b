import { basename, dirname, join } from "node:path";
import { onPath } from "./file-error.js";
import type { FileSystem } from "./file-system.js";

/**
 * Writes a whole file or nothing: the bytes go to a temporary name beside it, are flushed to the device, and take the name
 * in one step. A reader sees the old file or the new one, also when the disk fills up or the machine stops on the way.
 * @throws CliError with a sentence about `path`; the temporary file is gone then.
 */
export function writeAtomic(files: FileSystem, path: string, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  onPath("write", path, () => {
    try {
      writeAndSync(files, temporary, bytes);
      files.rename(temporary, path);
    } catch (error) {
      removeQuietly(files, temporary);
      throw error;
    }
    syncDirectory(files, dirname(path));
  });
}

function writeAndSync(files: FileSystem, path: string, bytes: Uint8Array): void {
  const fd = files.open(path, "w");
  try {
    writeAll(files, fd, bytes);
    files.sync(fd);
  } finally {
    files.close(fd);
  }
}

/** Writes all bytes, in as many calls as the system takes. */
export function writeAll(files: FileSystem, fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += files.write(fd, bytes, done, bytes.length - done);
}

/** Makes new names in a folder survive a crash; some file systems cannot flush a folder, and the files are whole either way. */
export function syncDirectory(files: FileSystem, path: string): void {
  let fd: number | undefined;
  try {
    fd = files.open(path, "r");
    files.sync(fd);
  } catch {
    // the file itself is on the device: only the moment at which the name is follows the system's own schedule
  } finally {
    if (fd !== undefined) files.close(fd);
  }
}

function removeQuietly(files: FileSystem, path: string): void {
  try {
    files.remove(path);
  } catch {
    // there was nothing to remove, or the error that is under way says more
  }
}

/** Removes the temporary files of `writeAtomic` that a process left in a folder when it was killed. */
export function removeTemporaries(files: FileSystem, folder: string): void {
  if (!files.exists(folder)) return;
  for (const name of onPath("read", folder, () => files.list(folder))) {
    if (/^\..+\.\d+\.tmp$/.test(name)) removeIfThere(files, join(folder, name));
  }
}

/** Removes a file; one that is not there is no error. */
export function removeIfThere(files: FileSystem, path: string): void {
  if (files.exists(path)) onPath("remove", path, () => files.remove(path));
}
