import * as fs from "node:fs";

/** The few functions of `node:fs` that the command uses, as a value, so that a test can make any of them fail. */
export interface FileSystem {
  readonly open: (path: string, flags: string) => number;
  /** Writes some of bytes[offset, offset + length) and returns how many. */
  readonly write: (fd: number, bytes: Uint8Array, offset: number, length: number) => number;
  readonly sync: (fd: number) => void;
  readonly truncate: (fd: number, length: number) => void;
  readonly close: (fd: number) => void;
  readonly rename: (from: string, to: string) => void;
  readonly remove: (path: string) => void;
  readonly makeDirectory: (path: string) => void;
  /** Removes a folder that is empty. */
  readonly removeDirectory: (path: string) => void;
  /** The names in a folder. */
  readonly list: (path: string) => readonly string[];
  readonly read: (path: string) => Uint8Array;
  /** Reads bytes from `position` on into the start of `into`, off the main thread, and says how many; 0 at the end. */
  readonly readAt: (fd: number, into: Uint8Array, position: number) => Promise<number>;
  /** Bytes of a file. */
  readonly size: (path: string) => number;
  readonly exists: (path: string) => boolean;
  /** Throws unless the process may create files in the folder. */
  readonly requireWritable: (path: string) => void;
}

/** The files of this machine. */
export const nodeFiles: FileSystem = {
  open: (path, flags) => fs.openSync(path, flags),
  write: (fd, bytes, offset, length) => fs.writeSync(fd, bytes, offset, length),
  sync: (fd) => fs.fsyncSync(fd),
  truncate: (fd, length) => fs.ftruncateSync(fd, length),
  close: (fd) => fs.closeSync(fd),
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.unlinkSync(path),
  makeDirectory: (path) => void fs.mkdirSync(path),
  removeDirectory: (path) => fs.rmdirSync(path),
  list: (path) => fs.readdirSync(path),
  read: (path) => fs.readFileSync(path),
  readAt: (fd, into, position) =>
    new Promise((done, fail) => {
      fs.read(fd, into, 0, into.length, position, (error, count) => (error === null ? done(count) : fail(error)));
    }),
  size: (path) => fs.statSync(path).size,
  exists: (path) => fs.existsSync(path),
  requireWritable: (path) => fs.accessSync(path, fs.constants.W_OK | fs.constants.X_OK),
};

/** The error code of the operating system, as "ENOSPC"; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}
