import { failed } from "../errors.js";
import { fileError } from "./file-error.js";
import type { FileSystem } from "./file-system.js";

/**
 * Fills `into` with the bytes of an open file from `position` on.
 * @throws CliError with a sentence when the device fails or the file ends before.
 */
export async function readPart(files: FileSystem, path: string, fd: number, position: number, into: Uint8Array): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const count = await files.readAt(fd, into.subarray(done), position + done).catch((error: unknown) => {
      throw fileError("read", path, error);
    });
    if (count === 0) {
      const found = position + done;
      throw failed(`Cannot read "${path}": it ends at byte ${found}; expected ${position + into.length} bytes at least`);
    }
    done += count;
  }
}
