import { isGzip } from "../bytes/index.js";
import { isIdx } from "../idx/index.js";
import { isNpy } from "../npy/index.js";
import { isPng } from "../png/index.js";

/** The file formats that hold arrays or tables. */
export type Format = "npy" | "npz" | "safetensors" | "idx" | "csv";

const EXTENSIONS: ReadonlyMap<string, Format> = new Map([
  ["npy", "npy"],
  ["npz", "npz"],
  ["safetensors", "safetensors"],
  ["idx", "idx"],
  ["csv", "csv"],
  ["tsv", "csv"],
  ["txt", "csv"],
]);

/** A file name without folders and without ".gz". */
export function baseName(name: string): string {
  return name.replace(/^.*[/\\]/s, "").replace(/\.gz$/i, "");
}

/**
 * The format that a file name promises, ".gz" aside; MNIST's "train-images-idx3-ubyte" is idx.
 * @throws RangeError for another extension.
 */
export function formatOfName(name: string): Format {
  const base = baseName(name);
  const extension = base.slice(base.lastIndexOf(".") + 1).toLowerCase();
  const format = /[-.]idx\d+-ubyte$/i.test(base) ? "idx" : base.includes(".") ? EXTENSIONS.get(extension) : undefined;
  if (format) return format;
  const known = [...EXTENSIONS.keys()].map((end) => `.${end}`).join(", ");
  throw new RangeError(
    `Cannot tell the format of "${name}": its extension is unknown; expected ${known}, or one of these with .gz`,
  );
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && [3, 5].includes(bytes[2] ?? 0);

/** A header length below 2^40 and then "{"; a text never begins with such bytes, for one of the eight is zero. */
const isSafetensors = (bytes: Uint8Array): boolean => bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0x7b;

const MAGIC: readonly (readonly [string, (bytes: Uint8Array) => boolean])[] = [
  ["safetensors", isSafetensors], // first: a header length may begin as any other magic does
  ["npy", isNpy],
  ["npz", isZip],
  ["png", isPng],
  ["gzip", isGzip],
  ["idx", isIdx],
];

/** What the first bytes of a file say it is; undefined for text and for what has no mark. */
export function formatOfBytes(bytes: Uint8Array): string | undefined {
  return MAGIC.find(([, matches]) => matches(bytes))?.[0];
}

/**
 * Throws when a file's first bytes are those of another format than its name promises.
 * @throws SyntaxError naming both.
 */
export function requireFormat(bytes: Uint8Array, promised: Format): void {
  const found = formatOfBytes(bytes);
  if (found === undefined || found === promised) return;
  throw new SyntaxError(`Cannot read ${promised}: the bytes are those of ${found}; expected ${promised}, as the name says`);
}
