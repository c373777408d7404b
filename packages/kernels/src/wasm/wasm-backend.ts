import {
  type Demand,
  logSumExp,
  type Points,
  requireFinite,
  type Scan,
  type ScanBackend,
  type ScanQuery,
  type WeightedAtoms,
} from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { certifiedScan } from "./certified-scan.js";
import { scanAll } from "./double-scan.js";
import { holdAtoms } from "./held-atoms.js";
import { type WasmPool, type WasmPoolOptions, wasmPool } from "./pool.js";
import { WorkerLostError } from "./worker-lost-error.js";

/** Options of `wasmBackend`. */
export interface WasmBackendOptions extends WasmPoolOptions {
  /** Threads to share with others, which the backend then leaves open when it is closed. @defaultValue its own */
  readonly pool?: WasmPool;
}

/**
 * Scans on WebAssembly threads, by what is demanded. `exact`: float64 by differences, sums in a fixed order, the same bytes for
 * any number of threads. `certified`: float32 where its bound suffices, float64 over the atoms that float32 cannot rule out
 * elsewhere; in at most 8 dimensions logits are float64 and only exp is not. Atoms bound without their float64 can be
 * certified alone. A scan that loses a worker is made again on those that are left. Atoms are copied into the memory of
 * the kernels at the first scan that reads them: 4 bytes a coordinate in single precision, 4 GiB in all, and 8 in double, of
 * which no more than 2 GiB are held: larger data pass through in windows, or the listed atoms alone are copied.
 * @throws RangeError when the weights do not sum to one or a coordinate is not finite; Error where the engine cannot run the kernels.
 */
export async function wasmBackend(data: WeightedAtoms | BoundAtoms, options: WasmBackendOptions = {}): Promise<ScanBackend> {
  requireAtoms(data);
  const pool = options.pool ?? (await wasmPool(options));
  const held = holdAtoms(pool, data);
  const { size, dim, atoms } = held.bound;
  const reach = held.exactReach;
  const meets: ReadonlySet<Demand["kind"]> = new Set(atoms ? (["exact", "certified"] as const) : (["certified"] as const));
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const backend: ScanBackend = {
    name: pool.name,
    dim,
    size,
    radius: held.bound.radius,
    meets,
    async scan(x, query, demand) {
      requireScan(backend, x, demand);
      const answer = last.then(() => {
        if (closed) throw new Error(`Cannot scan: the backend "${pool.name}" is closed; expected an open one`);
        return retried(() => scanOnce(x, query, demand), pool);
      });
      last = answer.catch(() => {}); // one at a time: the memory is shared
      return answer;
    },
    async close() {
      if (closed) return;
      closed = true;
      if (options.pool === undefined) return pool.close();
      await last;
      held.free();
    },
  };
  const scanOnce = async (x: Points, query: ScanQuery, demand: Demand): Promise<Scan> => {
    if (demand.kind === "certified") return certifiedScan(held, { x, query, epsilon: demand.epsilon }, reach);
    return { ...(await scanAll(held, { x, query }, reach)), skipped: 0 };
  };
  return backend;
}

function requireScan({ name, dim, meets }: ScanBackend, x: Points, { kind }: Demand): void {
  if (!meets.has(kind))
    throw new RangeError(`Cannot promise "${kind}": the backend "${name}" cannot; expected one of ${[...meets].join(", ")}`);
  if (x.dim !== dim) throw new RangeError(`Cannot scan the atoms: x has dim ${x.dim}, data has dim ${dim}; expected equal dims`);
  requireFinite(x, "the query");
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

function requireAtoms(data: WeightedAtoms | BoundAtoms): void {
  const { logWeights } = data;
  const size = "stored" in data ? data.size : data.points.size;
  if (logWeights.length !== size || size === 0) {
    throw new RangeError(`Cannot bind the data: there are ${logWeights.length} weights for ${size} atoms; expected one each`);
  }
  if ("points" in data) requireFinite(data.points, "the data");
  const total = Math.exp(logSumExp(logWeights));
  if (!(Math.abs(total - 1) <= 1e-9)) throw new RangeError(`Cannot bind the data: the weights sum to ${total}; expected 1`);
}
