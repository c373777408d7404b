import type { NamedArrays } from "../array/index.js";
import { gunzip, isGzip } from "../bytes/index.js";
import { located } from "../check/index.js";
import { readCsv } from "../csv/index.js";
import { readIdx } from "../idx/index.js";
import { readNpy, readNpz } from "../npy/index.js";
import { readSafetensors } from "../safetensors/index.js";
import { baseName, type Format, formatOfName, requireFormat } from "./format.js";

/** The format of a file and its bytes, gunzipped where the name ends in ".gz" or a text turns out to be gzipped. */
export interface Unpacked {
  readonly format: Format;
  readonly bytes: Uint8Array;
}

/**
 * Decides how to read a file, by its name, and checks its first bytes.
 * @throws RangeError for an unknown extension.
 * @throws SyntaxError when the bytes are those of another format, or the gzip file is damaged.
 */
export function unpack(name: string, bytes: Uint8Array): Unpacked {
  const format = formatOfName(name);
  const plain = /\.gz$/i.test(name) || (format === "csv" && isGzip(bytes)) ? gunzip(bytes) : bytes;
  requireFormat(plain, format);
  return { format, bytes: plain };
}

/** The arrays of a file that `unpack` opened; a single one is called as the file. */
export function arraysOf({ format, bytes }: Unpacked, name: string): NamedArrays {
  const alone = baseName(name).replace(/\.[^.]*$/, "");
  switch (format) {
    case "npy":
      return Object.fromEntries([[alone, readNpy(bytes)]]);
    case "npz":
      return readNpz(bytes);
    case "safetensors":
      return readSafetensors(bytes).tensors;
    case "idx":
      return Object.fromEntries([[alone, readIdx(bytes)]]);
    case "csv": {
      const { data, shape } = readCsv(bytes);
      return Object.fromEntries([[alone, { dtype: "float64", shape, data }]]);
    }
  }
}

/**
 * The arrays of a file by name. The extension chooses the reader (.npy .npz .safetensors .idx .csv .tsv .txt, each also
 * with .gz) and the first bytes must agree. The array of an npy, idx or text file is called as the file, without extension.
 * @throws RangeError for an unknown extension.
 * @throws SyntaxError when the file is damaged or of another format.
 */
export function readArrays(name: string, bytes: Uint8Array): NamedArrays {
  return located(`file "${name}"`, () => arraysOf(unpack(name, bytes), name));
}
