import type { AtomPath, Points } from "@fluxion/core";
import {
  type ExactSamples,
  plainEngine,
  sampleExact,
  type TrajectoryEngine,
  type WasmEngineOptions,
  wasmEngine,
} from "@fluxion/kernels";
import type { Progress } from "../progress/index.js";
import { format } from "../terminal/index.js";

/** How to follow exact trajectories to their ends. */
export interface ExactSamplesRequest {
  /** Root mean square error a coordinate of w = x/β that a step may have. */
  readonly tolerance: number;
  readonly threads: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Below this many coordinates of data one float64 thread is as fast as several that must start. */
const SMALL = 1e6;

/**
 * Exact trajectories from x_0 to the data points that capture them, each with its proof. Eq. (M9)
 * @throws RangeError when the path is not one onto atoms.
 */
export async function exactSamples(path: AtomPath, x0: Points, request: ExactSamplesRequest): Promise<ExactSamples> {
  const { tolerance, threads, progress, signal } = request;
  const engine = await openEngine(path, threads);
  const task = progress.start("exact trajectories", x0.size, "captured");
  try {
    return await sampleExact(engine, x0, {
      tolerance,
      signal,
      scheduler: path.field.scheduler,
      onProgress: (underWay, s) => task.update(x0.size - underWay, `s = ${format.number(s, 3)}`),
    });
  } finally {
    task.end();
    await engine.close();
  }
}

async function openEngine({ atoms }: AtomPath, threads: number): Promise<TrajectoryEngine> {
  const { size, dim } = atoms.points;
  if (size * dim <= SMALL) return plainEngine(atoms);
  return wasmEngine(atoms, { threads, ...(await nativeDense(threads)) });
}

/** Products with all atoms by ONNX Runtime where it is installed: two to three times as fast, and there are no others to choose. */
async function nativeDense(threads: number): Promise<Pick<WasmEngineOptions, "dense">> {
  const { loadRuntime, nativeProducts } = await import("@fluxion/kernels/native");
  const runtime = await loadRuntime().catch(() => undefined);
  return runtime === undefined ? {} : { dense: (atoms) => nativeProducts(atoms, { threads, runtime }) };
}
