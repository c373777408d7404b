import type { Demand, Points, Scan, ScanBackend, ScanQuery } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { FORMATS, scanCertified } from "./certified-scan.js";
import { type KernelRuntime, loadRuntime, machineThreads } from "./onnxruntime.js";
import { precisionsOf } from "./precisions.js";

/** Options of `nativeBackend`. */
export interface NativeBackendOptions {
  /** Threads that compute. @defaultValue all of the machine */
  readonly threads?: number;
  /** Opens the library that computes. @defaultValue onnxruntime-node */
  readonly runtime?: () => Promise<KernelRuntime>;
}

/**
 * Scans in ONNX Runtime, on all threads given: matrix products in float32 over chunks of atoms, certified as they stand, with
 * float64 for the atoms, and then for the queries, that float32 cannot decide. Jacobian-vector products are made in float64
 * over the atoms that hold the weight, by the reference, which takes long while these are many.
 *
 * A scan computes in the thread that asks and lets the event loop turn between chunks.
 * @throws Error when onnxruntime-node is not installed; RangeError when the number of threads is none.
 */
export async function nativeBackend(bound: BoundAtoms, options: NativeBackendOptions = {}): Promise<ScanBackend> {
  const { threads = await machineThreads(), runtime = loadRuntime } = options;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`Cannot open the native backend: the number of threads is ${threads}; expected a whole number from 1`);
  }
  const precisions = precisionsOf(bound, await runtime(), threads);
  await precisions.open(FORMATS[0], { columns: "plain", mild: false }); // what is wrong with the library shows now, and not at the first scan
  const { dim, size, radius } = bound;
  const running = new Set<Promise<Scan>>();
  let closed = false;
  const backend: ScanBackend = {
    name: threads === 1 ? "native" : `native ×${threads}`,
    dim,
    size,
    radius,
    meets: new Set(["certified"] as const),
    async scan(x, query, demand) {
      if (closed) throw new Error("Cannot scan: the native backend is closed; expected an open one");
      const epsilon = requireScan(x, query, demand, dim);
      const scan = scanCertified(bound, backend, precisions, { x, query, epsilon });
      running.add(scan);
      try {
        return await scan;
      } finally {
        running.delete(scan);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(running); // a graph must not be freed while it runs
      await precisions.release();
    },
  };
  return backend;
}

/** What is demanded of the mean, relative to the radius. @throws RangeError for what cannot be scanned or promised. */
function requireScan(x: Points, { variance }: ScanQuery, demand: Demand, dim: number): number {
  if (demand.kind !== "certified") {
    throw new RangeError(`Cannot promise "${demand.kind}": the native backend cannot; expected one of certified`);
  }
  if (!(demand.epsilon >= 0)) throw new RangeError(`Cannot certify: epsilon is ${demand.epsilon}; expected a number ≥ 0`);
  if (x.dim !== dim) throw new RangeError(`Cannot scan: x has dim ${x.dim}, the atoms have dim ${dim}; expected equal dims`);
  const wrong = x.data.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot scan: coordinate ${wrong % dim} of point ${Math.floor(wrong / dim)} is ${x.data[wrong]}; expected finite numbers`,
    );
  }
  if (!(0.5 / variance < Infinity)) throw new RangeError(`Cannot scan: the variance is ${variance}; expected a positive one`);
  return demand.epsilon;
}
