import { type AsyncField, asyncField, type Demand, posteriorOn, type Scheduler } from "@fluxion/core";
import { readRows } from "@fluxion/io";
import { type StoreBackend, storeBackend } from "@fluxion/kernels";
import type { FileSystem } from "../files/index.js";
import { openStore } from "./file-store.js";

/** What a field over a store is opened with. */
export interface StoreFieldRequest {
  readonly scheduler: Scheduler;
  readonly demand: Demand;
  readonly bandwidth: number;
  /** Bytes that it may take. */
  readonly memory: number;
  readonly signal: { readonly aborted: boolean };
  /** Told of bytes of rows that were read. */
  readonly onRead: (bytes: number) => void;
}

/** The exact field over a store; close it when done. */
export interface StoreField {
  readonly field: AsyncField;
  /** N. */
  readonly size: number;
  /** D. */
  readonly dim: number;
  readonly backend: StoreBackend;
  /** The rows of the data as given that rows of the store are. */
  readonly rowsAsGiven: (rows: Int32Array) => Promise<Int32Array>;
  readonly close: () => Promise<void>;
}

/** The marginal vector field over a store, read from the disk block by block. Eq. (M6) */
export async function storeField(files: FileSystem, path: string, request: StoreFieldRequest): Promise<StoreField> {
  const { scheduler, demand, bandwidth, memory, signal, onRead } = request;
  const store = openStore(files, path);
  const { size, dim, shards } = store.manifest;
  const backend = await storeBackend(store, { memory, signal, onRead });
  const posterior = posteriorOn(backend, { bandwidth, limit: (x, top) => backend.limit(x, top) });
  const moved = shards[0]?.origins !== undefined;
  return {
    field: asyncField(scheduler, posterior, demand),
    size,
    dim,
    backend,
    async rowsAsGiven(rows) {
      if (!moved) return rows;
      const out = new Int32Array(rows.length);
      const bytes = new Uint8Array(4);
      for (const [i, row] of rows.entries()) {
        if (row >= 0) await readRows(store, "origins", { from: row, to: row + 1 }, bytes);
        out[i] = row < 0 ? row : new DataView(bytes.buffer).getUint32(0, true);
      }
      return out;
    },
    close: () => backend.close(),
  };
}
