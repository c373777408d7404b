import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { MANIFEST_FILE, memoryStore } from "@fluxion/io";

/** A store that is written into memory: a sink for `storeWriter`, and the store once it is finished; digests are Node's. */
export function storeInMemory() {
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  /** @type {import("@fluxion/io").StoreSink} */
  const sink = {
    create(file) {
      /** @type {Uint8Array[]} */
      const parts = [];
      const hash = createHash("sha256");
      return {
        write(bytes) {
          parts.push(bytes.slice());
          hash.update(bytes);
        },
        close() {
          const bytes = Buffer.concat(parts);
          files.set(file, bytes);
          return { file, bytes: bytes.length, sha256: hash.digest("hex") };
        },
      };
    },
    checksum: (bytes) => crc32(bytes),
    describe: (text) => void files.set(MANIFEST_FILE, Buffer.from(text)),
  };
  return { sink, open: () => ({ ...memoryStore(files), checksum: sink.checksum }) };
}
