import { type Arena, arenaOf } from "./arena.js";
import { type CompiledKernels, compileKernels } from "./compile.js";
import { type Crew, crewOf } from "./crew.js";
import type { KernelName } from "./module.generated.js";
import { canShare, hardwareThreads, surroundings, type WasmMemory, webAssembly } from "./platform.js";
import { type SpawnWorker, spawnWorker } from "./spawn-worker.js";

export type { KernelName } from "./module.generated.js";

/** Options of `wasmPool`. */
export interface WasmPoolOptions {
  /** Workers to start. @defaultValue as many as the machine has hardware threads */
  readonly threads?: number;
  /** Whether to use relaxed SIMD where the engine has it. @defaultValue true */
  readonly relaxed?: boolean;
  /** Told, once, in a sentence, why there is one thread and no worker. */
  readonly warn?: (message: string) => void;
  /** How workers are started, for engines that are neither Node nor a browser. @defaultValue Node's and the browser's own */
  readonly spawn?: SpawnWorker;
}

/**
 * Threads that run the WebAssembly kernels on one memory. The kernels and their arguments are in `packages/kernels/assembly`:
 * every kernel takes a workspace of its thread first, addresses and row distances in bytes.
 */
export interface WasmPool {
  /** "wasm ×2", or "wasm ×1 (no shared memory)", or "wasm ×1 (no workers)". */
  readonly name: string;
  /** Threads that compute now: fewer than at first when workers were lost. */
  readonly threads: () => number;
  /** Whether products and sums are fused where the machine can. */
  readonly relaxed: boolean;
  /** The memory that the kernels see. */
  readonly arena: Arena;
  /**
   * Makes all calls of a kernel, on all threads, in any order; `workspace` bytes are put before the arguments of each.
   * Runs are queued, one at a time. @throws WorkerLostError when a worker died: the calls may then have been made or not.
   */
  readonly run: (kernel: KernelName, calls: readonly (readonly number[])[], workspace?: number) => Promise<void>;
  /** Ends the workers, also one that is computing. */
  readonly close: () => Promise<void>;
}

/** 4 GiB: what addresses of 32 bits reach. */
const PAGES = 65536;

/**
 * Starts threads for the kernels: workers where memory can be shared, the calling thread otherwise.
 * @throws RangeError when `threads` is no positive integer; Error where the engine cannot run the kernels.
 */
export async function wasmPool(options: WasmPoolOptions = {}): Promise<WasmPool> {
  const { threads, relaxed = true, warn, spawn = spawnWorker } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new RangeError(`Cannot start ${threads} threads: expected a positive integer`);
  }
  const shared = canShare();
  const kernels = await compileKernels(shared, relaxed);
  const memory = new (webAssembly().Memory)({ initial: 16, maximum: PAGES, shared });
  const made = { ...kernels, memory, arena: arenaOf(memory) };
  if (!shared) {
    return alone(made, "no shared memory", "memory cannot be shared here; a page needs the headers COOP and COEP", warn);
  }
  let crew: Crew | undefined;
  try {
    crew = await crewOf(threads ?? (await hardwareThreads()), spawn);
    await crew.ask(
      () => ({ module: made.module, memory }),
      () => {},
    );
  } catch (error) {
    await crew?.dismiss();
    return alone(made, "no workers", `workers do not start: ${error instanceof Error ? error.message : error}`, warn);
  }
  return poolOf({ name: `wasm ×${crew.size()}`, threads: crew.size, ...made }, runnerOf(crew, made.arena));
}

/** The kernels with their memory. */
interface Made extends CompiledKernels {
  readonly memory: WasmMemory;
  readonly arena: Arena;
}

/** A pool of the calling thread alone, which says why. */
async function alone(made: Made, short: string, why: string, warn: WasmPoolOptions["warn"]): Promise<WasmPool> {
  warn?.(`The WebAssembly kernels run on one thread: ${why}`);
  return poolOf({ name: `wasm ×1 (${short})`, threads: () => 1, ...made }, await onThisThread(made));
}

/** Lets a crew take the calls one by one from a counter. */
function runnerOf(crew: Crew, arena: Arena): Runner {
  const counter = arena.allocate(4);
  const spaces: { address: number; bytes: number }[] = [];
  return {
    async run(kernel, calls, bytes) {
      while (spaces.length < crew.size()) spaces.push({ address: arena.allocate(bytes), bytes });
      for (const space of spaces) enlarge(arena, space, bytes);
      const next = arena.i32(counter, 1);
      next[0] = 0;
      const stop = (): void => {
        Atomics.store(next, 0, calls.length); // what remains is void
      };
      await crew.ask((k) => ({ kernel, calls, counter, workspace: spaces[k]?.address }), stop);
    },
    close: crew.dismiss,
  };
}

/** What makes the calls. */
interface Runner {
  readonly run: (kernel: KernelName, calls: readonly (readonly number[])[], workspace: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Puts a queue before a runner. */
function poolOf(
  { name, threads, relaxed, arena }: Pick<WasmPool, "name" | "threads" | "relaxed" | "arena">,
  runner: Runner,
): WasmPool {
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    name,
    threads,
    relaxed,
    arena,
    run(kernel, calls, workspace = 0) {
      const job = last.then(async () => {
        if (closed) throw new Error("Cannot run a kernel: the pool is closed; expected an open one");
        if (calls.length > 0) await runner.run(kernel, calls, workspace);
      });
      last = job.catch(() => {});
      return job;
    },
    async close() {
      if (closed) return;
      closed = true;
      await runner.close();
    },
  };
}

/** Runs kernels here, and lets other work of the thread through between two calls. */
async function onThisThread({ module, memory, arena }: Made): Promise<Runner> {
  const { exports } = await webAssembly().instantiate(module, { env: { memory } });
  const kernels = exports as Record<string, (...args: number[]) => unknown>;
  const space = { address: arena.allocate(0), bytes: 0 };
  return {
    async run(kernel, calls, bytes) {
      enlarge(arena, space, bytes);
      for (const call of calls) {
        kernels[kernel]?.(space.address, ...call);
        await new Promise<void>((resolve) => surroundings.setTimeout?.(resolve, 0) ?? resolve());
      }
    },
    async close() {},
  };
}

/** Makes a workspace at least as long as asked; what it held is lost. */
function enlarge(arena: Arena, space: { address: number; bytes: number }, bytes: number): void {
  if (space.bytes >= bytes) return;
  arena.free(space.address);
  space.address = arena.allocate(bytes);
  space.bytes = bytes;
}
