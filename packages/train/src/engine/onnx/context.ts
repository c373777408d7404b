import type { Heap } from "./memory.js";
import type { Cell, Residents } from "./residents.js";
import type { Runtime } from "./runtime.js";

/** What the programs of one engine share. */
export interface OnnxContext {
  readonly runtime: Runtime;
  readonly threads: number;
  readonly heap: Heap;
  readonly residents: Residents;
  /** Runs one function after another: the memory grows in these only, and they alone write it. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/** Arrays of one run, by name. */
export interface Run {
  readonly cells: ReadonlyMap<string, Cell>;
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** Filled by the run. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
}
