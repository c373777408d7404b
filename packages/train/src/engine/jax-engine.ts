import type { Engine } from "./engine.js";
import { jaxMemory } from "./jax-memory.js";
import { jaxProgram } from "./jax-program.js";

/** Options of `jaxEngine`. */
export interface JaxEngineOptions {
  /**
   * `wasm` runs everywhere, blocks the calling thread, and gives the same bytes for the same state and inputs;
   * `webgpu` needs a browser with a graphics adapter and runs asynchronously.
   * @defaultValue "wasm"
   */
  readonly device?: "wasm" | "webgpu";
}

/**
 * An engine on jax-js: tracing, automatic differentiation, kernel fusion, generated WebAssembly or WebGPU kernels.
 * The library is loaded on the first call.
 * @throws RangeError when the device is not available.
 */
export async function jaxEngine({ device = "wasm" }: JaxEngineOptions = {}): Promise<Engine> {
  const jax = await import("@jax-js/jax");
  // jax-js reads `navigator` without asking whether there is one, which Node 20 has not.
  const ready = device === "wasm" || hasWebGpu() ? await jax.init(device) : [];
  if (!ready.includes(device)) {
    throw new RangeError(`Cannot start the engine: device "${device}" is not available here; expected "wasm"`);
  }
  const memory = jaxMemory(jax, device);
  return {
    name: `jax-js ${device}`,
    synchronous: device === "wasm",
    resident: memory.resident,
    compile: (computation) => jaxProgram(jax, memory, computation),
  };
}

const hasWebGpu = (): boolean => (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu !== undefined;
