import { createHash } from "node:crypto";
import { join } from "node:path";
import { MANIFEST_FILE, type StoreSink } from "@fluxion/io";
import { type FileSystem, onPath, writeAll, writeAtomic } from "../files/index.js";
import { checksumOf } from "./file-store.js";

/** Writes the files of a store into a folder; each is flushed to the device when it is closed. */
export function folderSink(files: FileSystem, folder: string): StoreSink {
  return {
    create(file) {
      const path = join(folder, file);
      const fd = onPath("write", path, () => files.open(path, "wx"));
      const hash = createHash("sha256");
      let written = 0;
      let open = true;
      const close = (): void => {
        if (open) files.close(fd);
        open = false;
      };
      const guarded = (work: () => void): void => {
        try {
          onPath("write", path, work);
        } catch (error) {
          close();
          throw error;
        }
      };
      return {
        write(bytes) {
          guarded(() => writeAll(files, fd, bytes));
          hash.update(bytes);
          written += bytes.length;
        },
        close() {
          guarded(() => files.sync(fd));
          close();
          return { file, bytes: written, sha256: hash.digest("hex") };
        },
      };
    },
    checksum: checksumOf,
    describe: (text) => writeAtomic(files, join(folder, MANIFEST_FILE), text),
  };
}
