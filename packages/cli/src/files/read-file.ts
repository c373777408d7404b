import { onPath } from "./file-error.js";
import type { FileSystem } from "./file-system.js";

/** The bytes of a file. @throws CliError with a sentence when it cannot be read. */
export function readBytes(files: FileSystem, path: string): Uint8Array {
  return onPath("read", path, () => files.read(path));
}

/** The UTF-8 text of a file. @throws SyntaxError when the bytes are no UTF-8 text. */
export function readText(files: FileSystem, path: string): string {
  const bytes = readBytes(files, path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError(`Cannot read "${path}": it is no UTF-8 text; expected a text file`, { cause });
  }
}
