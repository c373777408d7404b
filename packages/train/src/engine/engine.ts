import type { Ops } from "./ops.js";
import type { Named, Shape, Tensor } from "./tensor.js";

/**
 * A float32 array that lives in the engine between runs: parameters, moments, averages. Only `read` and `write` copy
 * it to or from the host.
 */
export interface Resident {
  readonly shape: Shape;
  /** A copy of the values, row-major. */
  read(): Promise<Float32Array>;
  /** Replaces the values. @throws RangeError unless there is one number for each entry. */
  write(values: Float32Array): void;
  /** Frees the memory; the resident must not be used again. */
  dispose(): void;
}

/** A numeric function to compile: (state, inputs) ↦ (next state, outputs), with all shapes fixed. */
export interface Computation<S extends string, I extends string, O extends string> {
  /** Names the program in messages. */
  readonly name: string;
  /** Shapes of the resident arrays it reads. */
  readonly state: Named<S, Shape>;
  /** Shapes of the host arrays it receives on each run. */
  readonly inputs: Named<I, Shape>;
  /** Called once, with symbols. State that `next` leaves out stays as it is. */
  trace(ops: Ops, state: Named<S, Tensor>, inputs: Named<I, Tensor>): Traced<S, O>;
}

/** What a traced function returns. */
export interface Traced<S extends string, O extends string> {
  readonly next?: Partial<Named<S, Tensor>>;
  readonly outputs: Named<O, Tensor>;
}

/** A compiled computation. */
export interface Program<S extends string, I extends string, O extends string> {
  /**
   * Runs once: reads `state` and `inputs`, replaces the residents that the function updates, returns the outputs.
   * @throws RangeError when an input or a resident does not have the compiled size.
   */
  run(state: Named<S, Resident>, inputs: Named<I, Float32Array>): Promise<Named<O, Float32Array>>;
  /** The same, blocking. @throws TypeError when the engine only runs asynchronously. */
  runSync(state: Named<S, Resident>, inputs: Named<I, Float32Array>): Named<O, Float32Array>;
  /** Frees what the program holds besides the residents. */
  dispose(): void;
}

/** Compiles numeric functions and keeps arrays between their runs: the seam between `train` and a tensor library. */
export interface Engine {
  /** For messages and run records, for example `jax-js wasm`. */
  readonly name: string;
  /** Whether `runSync` works. */
  readonly synchronous: boolean;
  /** Moves values into the engine. @throws RangeError unless `values` fills `shape`. */
  resident(values: Float32Array, shape: Shape): Resident;
  /** Compiles a computation; the work may be deferred to the first run. */
  compile<S extends string, I extends string, O extends string>(computation: Computation<S, I, O>): Program<S, I, O>;
}
