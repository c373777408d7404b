/** A compiled WebAssembly module; opaque. */
export type WasmModule = { readonly wasmModule: unique symbol };

/** A WebAssembly memory. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  grow(pages: number): number;
}

/** What WebAssembly offers here, of which TypeScript without the DOM knows nothing. */
interface WebAssemblyApi {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly compile: (bytes: Uint8Array) => Promise<WasmModule>;
  readonly instantiate: (module: WasmModule, imports: object) => Promise<{ readonly exports: unknown }>;
}

/** A worker of the browser. */
export interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
}

/** The parts of the surroundings that differ between Node and browsers; all may be missing. */
interface Surroundings {
  readonly WebAssembly?: WebAssemblyApi;
  readonly atob?: (text: string) => string;
  readonly setTimeout?: (run: () => void, milliseconds: number) => unknown;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
  readonly Worker?: new (url: string) => WebWorker;
  readonly Blob?: new (parts: readonly string[], options: { type: string }) => object;
  readonly URL?: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/** The surroundings, as far as this package uses them. */
export const surroundings: Surroundings = globalThis as unknown as Surroundings;

/** WebAssembly. @throws Error where the engine has none. */
export function webAssembly(): WebAssemblyApi {
  const api = surroundings.WebAssembly;
  if (api === undefined) throw new Error("Cannot start the WebAssembly kernels: this engine has no WebAssembly");
  return api;
}

/** Whether this is Node, rather than a browser. */
export function isNode(): boolean {
  return surroundings.process?.versions?.node !== undefined;
}

/** Whether memory can be shared with workers here: a page needs the headers COOP and COEP for that. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer === "function" && (isNode() || surroundings.crossOriginIsolated === true);
}

/** How many threads the machine runs at once; 1 where it does not say. */
export async function hardwareThreads(): Promise<number> {
  const said = surroundings.navigator?.hardwareConcurrency;
  if (said !== undefined) return said;
  if (!isNode()) return 1;
  const os = (await nodeModule("node:os")) as { readonly availableParallelism: () => number };
  return os.availableParallelism();
}

/** A module of Node; the specifier is a value, so that bundlers for browsers leave it alone. */
export function nodeModule(specifier: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ specifier);
}
