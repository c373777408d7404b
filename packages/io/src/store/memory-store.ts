import { crc32, decodeUtf8, digest, encodeUtf8, joined } from "../bytes/index.js";
import type { DataStore } from "./data-store.js";
import { MANIFEST_FILE } from "./manifest.js";
import { readManifest } from "./read-manifest.js";
import type { StoreSink } from "./store-writer.js";

/** The files of a store by name, `store.json` among them. */
export type StoreFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A store whose files are in memory.
 * @throws SyntaxError when `store.json` is missing or wrong.
 */
export function memoryStore(files: StoreFiles, name = "memory"): DataStore {
  const text = files.get(MANIFEST_FILE);
  if (text === undefined) throw new SyntaxError(`Cannot read store: there is no ${MANIFEST_FILE}; expected one`);
  const manifest = readManifest(decodeUtf8(text, MANIFEST_FILE));
  return {
    name,
    manifest,
    async read({ file, bytes }, from, into) {
      const found = files.get(file);
      if (found === undefined || found.length !== bytes) {
        const is = found === undefined ? "it is missing" : `it has ${found.length} bytes`;
        throw new SyntaxError(`Cannot read "${name}/${file}": ${is}; expected ${bytes} bytes as store.json says`);
      }
      into.set(found.subarray(from, from + into.length));
    },
    checksum: crc32,
    async close() {},
  };
}

/** A sink that keeps the files, which `memoryStore` then takes. */
export function memorySink(): { readonly sink: StoreSink; readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    sink: {
      create(file) {
        const parts: Uint8Array[] = [];
        return {
          write: (bytes) => void parts.push(bytes.slice()),
          close() {
            const bytes = joined(parts);
            files.set(file, bytes);
            return { file, bytes: bytes.length, sha256: digest(bytes) };
          },
        };
      },
      checksum: crc32,
      describe(text) {
        files.set(MANIFEST_FILE, encodeUtf8(text));
      },
    },
  };
}
