import type { TailPlan } from "../fuse/index.js";
import type { Node } from "../graph/index.js";
import { sizeOf } from "../tensor.js";
import type { OnnxContext, Run } from "./context.js";
import type { Address, Heap, WasmMemory } from "./memory.js";
import type { TailPlaces } from "./model-runner.js";
import type { Plan } from "./plan.js";
import { sourceOf } from "./source.js";
import { type View, viewOf } from "./views.js";

/** Runs the tail of a plan. */
export interface TailRunner extends TailPlaces {
  /** Gets the memory that it works in, at the first call. */
  place(): void;
  /** Returns the names of states that keep their old value. */
  run(run: Run): ReadonlySet<string>;
  dispose(): void;
}

interface WasmModule {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { fluxion: { memory: WasmMemory } }) => { exports: Record<string, unknown> };
}

/** A tail with its arrays: copies of inputs, results of the model, outputs. */
export function tailRunner({ heap }: OnnxContext, { plan, module }: NonNullable<Plan["tail"]>): TailRunner {
  const entry = instantiate(module.bytes, heap.memory);
  const arrays = plan.arrays.map((node) => ({ view: viewOf(node), length: sizeOf(node.shape) }));
  let places: { numbers: Address; own: readonly Address[]; outputs: readonly Address[] } | undefined;

  const placed = () => {
    places ??= {
      numbers: heap.allocate(module.numbers),
      own: arrays.map(({ view, length }) => (view && sourceOf(view).role === "state" ? 0 : heap.allocate(length))),
      outputs: plan.stores.map(({ kind, value }) => (kind === "output" ? heap.allocate(sizeOf(value.shape)) : 0)),
    };
    return places;
  };

  /** Where an array of a variable lies; inputs are copied there. */
  const arrayAt = (
    { view, length }: { view: View | undefined; length: number },
    own: Address,
    { cells, inputs }: Run,
  ): Address => {
    if (view === undefined) return own;
    const { role, name } = sourceOf(view);
    if (role === "state") return (cells.get(name)?.current ?? 0) + 4 * view.offset;
    heap.floats(own, length).set((inputs[name] ?? new Float32Array()).subarray(view.offset, view.offset + length));
    return own;
  };

  return {
    place: () => void placed(),
    array: (index) => placed().own[index] ?? 0,
    number: (index) => placed().numbers + 4 * index,
    run(run) {
      const { numbers: first, own, outputs } = placed();
      const numbers = heap.floats(first, module.numbers);
      plan.numbers.forEach((node, i) => {
        numbers[i] = numberAt(heap, node, run) ?? numbers[i] ?? 0;
      });
      const read = arrays.map((array, i) => arrayAt(array, own[i] ?? 0, run));
      const written = plan.stores.map(({ kind, name }, i) =>
        kind === "next" ? (run.cells.get(name)?.other ?? 0) : (outputs[i] ?? 0),
      );
      entry(first, ...read, ...written);
      const results = giveNumbers(heap, plan, { run, results: numbers.subarray(plan.numbers.length) });
      plan.stores.forEach(({ kind, name, value }, i) => {
        if (kind === "output") run.outputs[name]?.set(heap.floats(outputs[i] ?? 0, sizeOf(value.shape)));
      });
      return new Set(
        plan.stores.flatMap(({ kind, name }, i) =>
          kind === "next" && Number.isNaN(results[plan.results.length + i]) ? [name] : [],
        ),
      );
    },
    dispose() {
      if (places === undefined) return;
      heap.free(places.numbers);
      for (const address of [...places.own, ...places.outputs]) if (address !== 0) heap.free(address);
      places = undefined;
    },
  };
}

/** Compiles the loop, on the memory of the engine. */
function instantiate(bytes: Uint8Array, memory: WasmMemory): (...at: readonly Address[]) => void {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WasmModule }).WebAssembly;
  return new Instance(new Module(bytes), { fluxion: { memory } }).exports.run as (...at: readonly Address[]) => void;
}

/** The number of a variable; undefined for one that the model writes. */
function numberAt(heap: Heap, node: Node, { cells, inputs }: Run): number | undefined {
  const view = viewOf(node);
  if (view === undefined) return undefined;
  const { role, name } = sourceOf(view);
  const cell = cells.get(name);
  return role === "input" || cell === undefined
    ? inputs[name]?.[view.offset]
    : heap.floats(cell.current, cell.length)[view.offset];
}

/** Hands single numbers to the outputs and states that they are. */
function giveNumbers(heap: Heap, plan: TailPlan, { run, results }: { run: Run; results: Float32Array }): Float32Array {
  plan.results.forEach(({ kind, name }, i) => {
    const cell = run.cells.get(name);
    const into = kind === "output" || cell === undefined ? run.outputs[name] : heap.floats(cell.other, 1);
    into?.set(results.subarray(i, i + 1));
  });
  return results;
}
