import { type Engine, jaxEngine, onnxEngine } from "@fluxion/train";
import type { Progress } from "../progress/index.js";
import type { TrainSpec } from "../spec/index.js";

/** Opens one of the engines; a test passes others. */
export interface Engines {
  readonly jax: () => Promise<Engine>;
  readonly onnx: (options: { readonly threads?: number }) => Promise<Engine>;
}

/**
 * The engine that a spec asks for. `auto` is ONNX Runtime where it is installed, and jax-js with a warning where it is not.
 * @throws RangeError when ONNX Runtime is asked for by name and not installed.
 */
export async function trainingEngine(
  { engine, threads }: Pick<TrainSpec, "engine" | "threads">,
  progress: Pick<Progress, "warn">,
  engines: Engines = { jax: jaxEngine, onnx: onnxEngine },
): Promise<Engine> {
  if (engine === "jax") return engines.jax();
  try {
    return await engines.onnx(threads === undefined ? {} : { threads });
  } catch (error) {
    if (engine === "onnx" || !(error instanceof RangeError)) throw error;
    progress.warn(`training runs on jax-js in WebAssembly, several times slower than ONNX Runtime would: ${error.message}`);
    return engines.jax();
  }
}
