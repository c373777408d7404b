import { join } from "node:path";
import { onPath } from "./file-error.js";
import type { FileSystem } from "./file-system.js";

/** Removes a folder of files, without folders in it, that this program made itself; what does not exist is no error. */
export function removeFolder(files: FileSystem, path: string): void {
  if (!files.exists(path)) return;
  onPath("remove", path, () => {
    for (const name of files.list(path)) files.remove(join(path, name));
    files.removeDirectory(path);
  });
}

/** Removes a folder after another error, which says more than a failure to remove. */
export function removeFolderQuietly(files: FileSystem, path: string): void {
  try {
    removeFolder(files, path);
  } catch {
    // the error under way is what the person must hear of
  }
}
