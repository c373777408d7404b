import { type ModuleText, relaxedModule, simdModule } from "./module.generated.js";
import { surroundings, type WasmModule, webAssembly } from "./platform.js";

/** The kernels, compiled for this engine. */
export interface CompiledKernels {
  readonly module: WasmModule;
  /** Whether they use relaxed SIMD: products and sums with one rounding where the machine has that. */
  readonly relaxed: boolean;
}

/**
 * Compiles the kernels that this engine can run: with relaxed SIMD where `WebAssembly.validate` accepts it, with 128-bit
 * SIMD elsewhere; for shared memory or for one's own.
 * @throws Error where the engine has no 128-bit SIMD.
 */
export async function compileKernels(shared: boolean, allowRelaxed: boolean): Promise<CompiledKernels> {
  const api = webAssembly();
  for (const [text, relaxed] of [[relaxedModule, true] as const, [simdModule, false] as const]) {
    if (relaxed && !allowRelaxed) continue;
    const bytes = bytesOf(text, shared);
    if (api.validate(bytes)) return { module: await api.compile(bytes), relaxed };
  }
  throw new Error("Cannot start the WebAssembly kernels: this engine lacks 128-bit SIMD");
}

/** The binary of a module; memory limits are 3 (shared, with a maximum) or 1 (a maximum). */
function bytesOf({ base64, sharedFlagAt }: ModuleText, shared: boolean): Uint8Array {
  const decode = surroundings.atob;
  if (decode === undefined) throw new Error("Cannot start the WebAssembly kernels: this engine has no atob");
  const bytes = Uint8Array.from(decode(base64), (c) => c.charCodeAt(0));
  bytes[sharedFlagAt] = shared ? 3 : 1;
  return bytes;
}
