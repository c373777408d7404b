import type { Array as JaxArray } from "@jax-js/jax";
import type { Computation, Program, Resident } from "./engine.js";
import { type Jax, take } from "./jax.js";
import type { JaxMemory } from "./jax-memory.js";
import { jaxOps } from "./jax-ops.js";
import { type Named, type Shape, sizeOf, type Tensor } from "./tensor.js";

type Tree = Record<string, JaxArray>;

/** Compiles a computation with `jit`. */
export function jaxProgram<S extends string, I extends string, O extends string>(
  jax: Jax,
  memory: JaxMemory,
  computation: Computation<S, I, O>,
): Program<S, I, O> {
  const { name } = computation;
  const blocking = memory.device === "wasm";
  const compiled = jitOf(jax, memory, computation);

  /** Queues the kernels and moves the state on; outputs are computed when they are read. */
  const dispatch = (state: Named<S, Resident>, inputs: Named<I, Float32Array>): Tree => {
    const cells = new Map<string, Resident>();
    for (const [key, shape] of entries<S, Shape>(computation.state)) cells.set(key, checked(name, key, state[key], shape));
    const given: Tree = {};
    for (const [key, shape] of entries<I, Shape>(computation.inputs)) {
      given[key] = memory.upload(inputs[key], shape, `input "${key}" of the ${name} program`);
    }
    const held: Tree = {};
    for (const [key, cell] of cells) held[key] = take(memory.arrayOf(cell));
    const { next, outputs } = compiled(held, given);
    for (const [key, array] of entries(next)) {
      const cell = cells.get(key);
      if (cell) memory.replace(cell, array);
    }
    return outputs;
  };

  const runSync: Program<S, I, O>["runSync"] = (state, inputs) => {
    if (!blocking) throw new TypeError(`Cannot run the ${name} program: its engine is asynchronous; expected a call of "run"`);
    const outputs = entries(dispatch(state, inputs));
    return named(outputs.map(([key, array]) => [key, array.dataSync() as Float32Array]));
  };

  const run: Program<S, I, O>["run"] = async (state, inputs) => {
    // Asynchronous reads yield once for each kernel, which costs a third of a small training step.
    if (blocking) return runSync(state, inputs);
    const outputs = entries(dispatch(state, inputs));
    return named(await Promise.all(outputs.map(async ([key, array]) => [key, (await array.data()) as Float32Array] as const)));
  };

  return { run, runSync, dispose: () => compiled.dispose() };
}

const entries = <K extends string, V>(record: Named<K, V>): [K, V][] => Object.entries(record) as [K, V][];

const named = <K extends string>(list: readonly (readonly [string, Float32Array])[]): Named<K, Float32Array> =>
  Object.fromEntries(list) as Named<K, Float32Array>;

function checked(program: string, key: string, cell: Resident, shape: Shape): Resident {
  if (sizeOf(cell.shape) === sizeOf(shape)) return cell;
  throw new RangeError(
    `Cannot run the ${program} program: state "${key}" has shape [${cell.shape.join(", ")}]; expected [${shape.join(", ")}]`,
  );
}

/** The computation as a jitted function of two trees of arrays, which it consumes. */
function jitOf<S extends string, I extends string, O extends string>(
  jax: Jax,
  { device }: JaxMemory,
  computation: Computation<S, I, O>,
) {
  const ops = jaxOps(jax, device);
  return jax.jit((state: Tree, inputs: Tree) => {
    const traced = computation.trace(ops, state as unknown as Named<S, Tensor>, inputs as unknown as Named<I, Tensor>);
    return { next: owned(traced.next ?? {}), outputs: owned(traced.outputs) };
  });
}

/** Tensors as arrays with a reference each: the same tensor may be returned under two names. */
function owned(tensors: Partial<Named<string, Tensor>>): Tree {
  const tree: Tree = {};
  for (const [key, tensor] of Object.entries(tensors)) if (tensor !== undefined) tree[key] = take(tensor);
  return tree;
}
