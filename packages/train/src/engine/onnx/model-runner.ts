import { sizeOf } from "../tensor.js";
import type { OnnxContext, Run } from "./context.js";
import type { Feed } from "./lower.js";
import type { Address, Heap } from "./memory.js";
import type { Plan, Target } from "./plan.js";
import { type Runtime, type RuntimeTensor, type Session, sessionOptions } from "./runtime.js";
import { sourceOf } from "./source.js";

/** The places of a tail that the model writes. */
export interface TailPlaces {
  array(index: number): Address;
  number(index: number): Address;
}

/** Runs the model of a plan. */
export interface ModelRunner {
  /** Gets the memory that it works in, at the first call. */
  place(): void;
  run(run: Run, tail: TailPlaces | undefined): Promise<void>;
  dispose(): Promise<void>;
}

/** One run of a program with its places, and which part of the batch is at hand. */
interface Part {
  readonly run: Run;
  readonly tail: TailPlaces | undefined;
  readonly index: number;
}

const NOTHING: ModelRunner = { place: () => undefined, run: async () => undefined, dispose: async () => undefined };

/** The model of a plan, on arrays in the memory of the engine: it reads parameters and writes gradients in place. */
export function modelRunner({ runtime, threads, heap }: OnnxContext, { lowered, targets, runs, byRow }: Plan): ModelRunner {
  if (lowered === undefined) return NOTHING;
  const { model, feeds, results } = lowered;
  let session: Promise<Session> | undefined;
  const inPlace = placeCache(runtime, heap);
  /** Totals are written where the one before is not: in turns here and in the places of the results. */
  let spare: readonly Address[] | undefined;

  const hostTensor = (values: Float32Array, offset: number, shape: readonly number[]): RuntimeTensor =>
    new runtime.Tensor("float32", values.subarray(offset, offset + sizeOf(shape)), shape);

  /** The total of a target after so many parts. */
  const totalTensor = (i: number, { kind, name, offset, shape }: Target, { run, tail, index }: Part): RuntimeTensor => {
    if ((runs - index) % 2 === 1) return inPlace(`total${i}`, spare?.[i] ?? 0, shape);
    if (kind === "output") return hostTensor(run.outputs[name] ?? new Float32Array(), offset, shape);
    const begin = kind === "next" ? run.cells.get(name)?.other : tail?.[kind](Number(name));
    return inPlace(`total${i}`, (begin ?? 0) + 4 * offset, shape);
  };

  const feedTensor = (feed: Feed, part: Part): RuntimeTensor => {
    const { role, name } = sourceOf(feed);
    const { offset, shape, variable } = feed;
    if (role === "state") return inPlace(feed.name, (part.run.cells.get(name)?.current ?? 0) + 4 * offset, shape);
    if (role === "total") return totalTensor(Number(name), targets[Number(name)] as Target, part);
    const first = byRow.has(variable.operation.name) ? part.index * sizeOf(variable.shape) : 0;
    return hostTensor(part.run.inputs[name] ?? new Float32Array(), first + offset, shape);
  };

  return {
    place() {
      if (runs > 1) spare ??= targets.map(({ shape }) => heap.allocate(sizeOf(shape)));
    },
    async run(run, tail) {
      session ??= runtime.InferenceSession.create(model, sessionOptions(threads));
      const loaded = await session;
      for (let index = 0; index < runs; index++) {
        const part = { run, tail, index };
        if (runs > 1 && index === 0) for (const i of targets.keys()) totalTensor(i, targets[i] as Target, part).data.fill(0);
        const fed = Object.fromEntries(feeds.map((feed) => [feed.name, feedTensor(feed, part)]));
        const after = { run, tail, index: index + 1 };
        await loaded.run(fed, Object.fromEntries(targets.map((target, i) => [results[i] ?? "", totalTensor(i, target, after)])));
      }
    },
    async dispose() {
      await (await session)?.release();
      for (const address of spare ?? []) heap.free(address);
      spare = undefined;
    },
  };
}

/** Views of the memory, as the runtime wants them; made once for each place, and again when the memory has grown. */
function placeCache(runtime: Runtime, heap: Heap): (name: string, address: Address, shape: readonly number[]) => RuntimeTensor {
  let known = new Map<string, RuntimeTensor>();
  let buffer = heap.memory.buffer;
  return (name, address, shape) => {
    if (buffer !== heap.memory.buffer) [known, buffer] = [new Map(), heap.memory.buffer];
    const key = `${name} ${address}`;
    const have = known.get(key);
    if (have !== undefined) return have;
    const made = new runtime.Tensor("float32", heap.floats(address, sizeOf(shape)), shape);
    known.set(key, made);
    return made;
  };
}
