import { sizeOf } from "../tensor.js";
import type { Address } from "./memory.js";
import type { OnnxContext, Run } from "./onnx-program.js";
import type { Plan, Target } from "./plan.js";
import { type RuntimeTensor, type Session, sessionOptions } from "./runtime.js";
import { sourceOf } from "./source.js";

/** The places of a tail that the model writes. */
export interface TailPlaces {
  array(index: number): Address;
  number(index: number): Address;
}

/** Runs the model of a plan. */
export interface ModelRunner {
  run(run: Run, tail: TailPlaces | undefined): Promise<void>;
  dispose(): Promise<void>;
}

/** The model of a plan, on arrays in the memory of the engine: it reads parameters and writes gradients in place. */
export function modelRunner({ runtime, threads, heap }: OnnxContext, { lowered, targets }: Plan): ModelRunner {
  if (lowered === undefined) return { run: async () => undefined, dispose: async () => undefined };
  const { model, feeds, results } = lowered;
  let session: Promise<Session> | undefined;
  let known = new Map<string, RuntimeTensor>();
  let buffer = heap.memory.buffer;

  /** A view of the memory, as the runtime wants it; made once for each place. */
  const inPlace = (name: string, address: Address, shape: readonly number[]): RuntimeTensor => {
    const key = `${name} ${address}`;
    const have = known.get(key);
    if (have !== undefined) return have;
    const made = new runtime.Tensor("float32", heap.floats(address, sizeOf(shape)), shape);
    known.set(key, made);
    return made;
  };

  const resultTensor = (
    name: string,
    target: Target,
    { run: { cells, outputs }, tail }: { run: Run; tail: TailPlaces | undefined },
  ) => {
    const { kind, offset, shape } = target;
    if (kind === "output") {
      const whole = outputs[target.name] ?? new Float32Array();
      return new runtime.Tensor("float32", whole.subarray(offset, offset + sizeOf(shape)), shape);
    }
    const begin = kind === "next" ? cells.get(target.name)?.other : tail?.[kind](Number(target.name));
    return inPlace(name, (begin ?? 0) + 4 * offset, shape);
  };

  return {
    async run(run, tail) {
      session ??= runtime.InferenceSession.create(model, sessionOptions(threads));
      const loaded = await session;
      if (buffer !== heap.memory.buffer) [known, buffer] = [new Map(), heap.memory.buffer];
      const fed: Record<string, RuntimeTensor> = {};
      for (const feed of feeds) {
        const { role, name } = sourceOf(feed);
        const { offset, shape } = feed;
        if (role === "state") fed[feed.name] = inPlace(feed.name, (run.cells.get(name)?.current ?? 0) + 4 * offset, shape);
        else
          fed[feed.name] = new runtime.Tensor(
            "float32",
            (run.inputs[name] ?? new Float32Array()).subarray(offset, offset + sizeOf(shape)),
            shape,
          );
      }
      const fetched: Record<string, RuntimeTensor> = {};
      targets.forEach((target, i) => {
        const name = results[i] ?? "";
        fetched[name] = resultTensor(name, target, { run, tail });
      });
      await loaded.run(fed, fetched);
    },
    async dispose() {
      await (await session)?.release();
    },
  };
}
