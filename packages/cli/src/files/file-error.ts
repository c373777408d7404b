import { badInput, type CliError, failed } from "../errors.js";
import { systemCode } from "./file-system.js";

/** What each refusal of the operating system means, and what was expected instead. */
const REASONS: Readonly<Record<string, readonly [is: string, expected: string]>> = {
  ENOENT: ["there is no such file or folder", "a path that exists"],
  ENOTDIR: ["a part of the path is a file", "folders before the last name"],
  EISDIR: ["it is a folder", "a file"],
  EEXIST: ["it exists already", "a new name"],
  EACCES: ["permission is denied", "a path that you may use"],
  EPERM: ["permission is denied", "a path that you may use"],
  EROFS: ["the file system is read-only", "a path that you may write to"],
  ENAMETOOLONG: ["the name is too long", "a shorter name"],
  ELOOP: ["its links lead in a circle", "a path that exists"],
  ENOSPC: ["the disk is full", "free space"],
  EDQUOT: ["your disk quota is used up", "free space"],
  EFBIG: ["the file would be larger than the file system allows", "a smaller file"],
  EIO: ["the device reports an error", "a working device"],
};

/** Refusals that arise while the work goes on, and not from a wrong path. */
const ON_THE_WAY: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO"]);

/**
 * The sentence for an error of the operating system about `path`: exit code 2 for a wrong path, 1 for a disk that is full or
 * broken. Any other error is returned as it is.
 */
export function fileError(action: string, path: string, error: unknown): CliError | unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const [is, expected] = REASONS[code] ?? [`the system answers ${code}`, "a path that can be used"];
  const message = `Cannot ${action} "${path}": ${is}; expected ${expected}`;
  return ON_THE_WAY.has(code) ? failed(message, error) : badInput(message, error);
}

/** Runs `work`; an error of the operating system becomes a sentence about `path`. */
export function onPath<T>(action: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileError(action, path, error);
  }
}
