import { dirname } from "node:path";
import { badInput } from "../errors.js";
import { fileError, onPath } from "./file-error.js";
import { type FileSystem, systemCode } from "./file-system.js";

/** Creates a folder and the folders above it; those that exist stay as they are. */
export function ensureDirectory(files: FileSystem, path: string): void {
  if (files.exists(path)) return;
  if (dirname(path) !== path) ensureDirectory(files, dirname(path));
  try {
    files.makeDirectory(path);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw fileError("create the folder", path, error);
  }
}

/** Creates a folder that must not exist yet; of two processes only one succeeds. `advice` ends the refusal. */
export function createDirectory(files: FileSystem, path: string, advice: string): void {
  if (dirname(path) !== path) ensureDirectory(files, dirname(path));
  try {
    files.makeDirectory(path);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw fileError("create the folder", path, error);
    throw badInput(`Cannot create the folder "${path}": it exists already; expected ${advice}`, error);
  }
}

/** Creates `path`, or the first free one of path-2, path-3, …, and returns its name. */
export function createFreshDirectory(files: FileSystem, path: string): string {
  ensureDirectory(files, dirname(path));
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${path}-${n}`;
    try {
      files.makeDirectory(candidate);
      return candidate;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw fileError("create the folder", candidate, error);
    }
  }
}

/**
 * Refuses a path that could not be written after long work: its folder must exist and be writable, and it is no folder.
 * @throws CliError, exit code 2.
 */
export function requireWritableTarget(files: FileSystem, path: string): void {
  const folder = dirname(path);
  onPath("write", path, () => {
    if (!files.exists(folder))
      throw badInput(`Cannot write "${path}": the folder "${folder}" does not exist; expected one that does`);
    files.requireWritable(folder);
  });
  let isFolder = true;
  try {
    files.list(path);
  } catch {
    isFolder = false;
  }
  if (isFolder) throw badInput(`Cannot write "${path}": it is a folder; expected the name of a file`);
}
