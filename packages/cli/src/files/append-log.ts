import { onPath } from "./file-error.js";
import type { FileSystem } from "./file-system.js";
import { writeAll } from "./write-atomic.js";

/** A text file that grows by whole lines. */
export interface AppendLog {
  /** Bytes written so far. */
  readonly length: () => number;
  /** Adds one line, or nothing. @throws CliError when the disk is full. */
  readonly append: (line: string) => void;
  /** Flushes the lines to the device. */
  readonly sync: () => void;
  readonly close: () => void;
}

/**
 * Opens a log whose first `keep` bytes stay and whose rest is cut off. A line that cannot be written in whole is taken back,
 * so that the file never ends in half a line.
 */
export function openLog(files: FileSystem, path: string, keep: number): AppendLog {
  let length = keep;
  const fd = onPath("write", path, () => {
    const opened = files.open(path, "a");
    files.truncate(opened, keep);
    return opened;
  });
  return {
    length: () => length,
    append(line) {
      const bytes = new TextEncoder().encode(`${line}\n`);
      onPath("write", path, () => {
        try {
          writeAll(files, fd, bytes);
        } catch (error) {
          files.truncate(fd, length);
          throw error;
        }
      });
      length += bytes.length;
    },
    sync: () => onPath("write", path, () => files.sync(fd)),
    close: () => files.close(fd),
  };
}
