import type { Engine } from "../engine.js";
import type { OnnxContext } from "./context.js";
import { heap } from "./memory.js";
import { onnxProgram } from "./onnx-program.js";
import { residents } from "./residents.js";
import { loadRuntime } from "./runtime.js";

/** Where Node says how many threads the machine runs at once; a variable, so that nothing resolves it in a browser. */
const SYSTEM = "node:os";

/** Options of `onnxEngine`. */
export interface OnnxEngineOptions {
  /**
   * Threads of each program. The same number gives the same bytes for the same state and inputs.
   * @defaultValue as many as the machine runs at once
   */
  readonly threads?: number;
}

/**
 * An engine for Node on ONNX Runtime: a graph of our own, differentiated by us, runs as one ONNX model, and what a training
 * step does to every parameter alone, optimizer and average, as one WebAssembly loop over the same memory. It is
 * asynchronous; inputs of a run must stay as they are until it has finished.
 * @throws RangeError where onnxruntime-node does not load, or `threads` is not a positive whole number.
 */
export async function onnxEngine({ threads }: OnnxEngineOptions = {}): Promise<Engine> {
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads > 0)) {
    throw new RangeError(`Cannot start the engine: threads is ${threads}; expected a positive whole number`);
  }
  const runtime = await loadRuntime();
  const used = threads ?? (await machineThreads());
  let last: Promise<unknown> = Promise.resolve();
  const exclusive: OnnxContext["exclusive"] = (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  const memory = heap();
  const cells = residents(memory, async () => void (await last));
  const context: OnnxContext = { runtime, threads: used, heap: memory, residents: cells, exclusive };
  return {
    name: `onnxruntime ${used} ${used === 1 ? "thread" : "threads"}`,
    synchronous: false,
    resident: cells.resident,
    compile: (computation) => onnxProgram(context, computation),
  };
}

async function machineThreads(): Promise<number> {
  const system = (await import(SYSTEM)) as { readonly availableParallelism: () => number };
  return system.availableParallelism();
}
