import {
  logSumExp,
  type Points,
  reachOf,
  requireFinite,
  type Scan,
  type ScanBackend,
  type ScanQuery,
  type WeightedAtoms,
} from "@fluxion/core";
import { type DoubleAtoms, holdDoubles } from "./double-atoms.js";
import { exactError } from "./exact-error.js";
import { exactScan } from "./exact-scan.js";
import { type WasmPool, type WasmPoolOptions, wasmPool } from "./pool.js";
import { WorkerLostError } from "./worker-lost-error.js";

/** Options of `wasmBackend`. */
export interface WasmBackendOptions extends WasmPoolOptions {
  /** Threads to share with others, which the backend then leaves open when it is closed. @defaultValue its own */
  readonly pool?: WasmPool;
}

/**
 * Scans on WebAssembly threads. Atoms are copied into the memory of the kernels at the first scan.
 * @throws RangeError when the weights do not sum to one or a coordinate is not finite; Error where the engine cannot run the kernels.
 */
export async function wasmBackend(atoms: WeightedAtoms, options: WasmBackendOptions = {}): Promise<ScanBackend> {
  const { size, dim } = atoms.points;
  requireAtoms(atoms);
  const pool = options.pool ?? (await wasmPool(options));
  const reach = reachOf(atoms);
  let doubles: DoubleAtoms | undefined;
  const scanOnce = async (x: Points, query: ScanQuery): Promise<Scan> => {
    doubles ??= holdDoubles(pool.arena, atoms);
    const state = await exactScan(pool, doubles, size, { x, query });
    return { state, error: exactError(x, query, reach, state), evaluations: x.size * size, skipped: 0 };
  };
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    name: pool.name,
    dim,
    size,
    radius: reach.radius,
    meets: new Set(["exact", "certified"] as const),
    scan(x, query) {
      const answer = last.then(() => {
        if (closed) throw new Error("Cannot scan: the backend is closed; expected an open one");
        requireFinite(x, "the query");
        return retried(() => scanOnce(x, query), pool);
      });
      last = answer.catch(() => {});
      return answer;
    },
    async close() {
      if (closed) return;
      closed = true;
      doubles?.free();
      if (options.pool === undefined) await pool.close();
    },
  };
}

/** Scans again on the workers that are left when one was lost: a scan writes only what it owns. */
async function retried(scan: () => Promise<Scan>, pool: WasmPool): Promise<Scan> {
  for (;;) {
    try {
      return await scan();
    } catch (error) {
      if (!(error instanceof WorkerLostError) || pool.threads() === 0) throw error;
    }
  }
}

function requireAtoms({ points, logWeights }: WeightedAtoms): void {
  if (logWeights.length !== points.size || points.size === 0) {
    throw new RangeError(
      `Cannot bind the data: there are ${logWeights.length} weights for ${points.size} atoms; expected one each`,
    );
  }
  requireFinite(points, "the data");
  const total = Math.exp(logSumExp(logWeights));
  if (!(Math.abs(total - 1) <= 1e-9)) throw new RangeError(`Cannot bind the data: the weights sum to ${total}; expected 1`);
}
