import type { NamedArrays } from "../array/index.js";
import { readZip } from "../bytes/index.js";
import { located } from "../check/index.js";
import { readNpy } from "./read-npy.js";

/**
 * Reads an npz file, a zip archive of npy files, as numpy's `savez` and `savez_compressed` write it.
 * Names come without ".npy", in the order of the archive.
 * @throws SyntaxError when the archive or one of its arrays is damaged, or an entry is not an npy file.
 */
export function readNpz(bytes: Uint8Array): NamedArrays {
  return Object.fromEntries(
    [...readZip(bytes)].map(([file, contents]) => [arrayName(file), located(`entry "${file}"`, () => readNpy(contents))]),
  );
}

function arrayName(file: string): string {
  if (file.endsWith(".npy")) return file.slice(0, -4);
  throw new SyntaxError(`Cannot read npz: entry "${file}" is not an array; expected names that end in ".npy"`);
}
