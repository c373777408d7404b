import { isNode, type Node, scalarOf } from "../graph/index.js";
import { sizeOf } from "../tensor.js";
import { type Emission, emission } from "./emission.js";
import { instruction as wasm } from "./instructions.js";
import type { TailPlan } from "./plan-tail.js";
import { isScalar } from "./select-tail.js";
import { type Code, wasmModule } from "./wasm-module.js";

/** A compiled tail: `run(numbers, arrays…, stores…)` takes addresses. */
export interface TailModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * Places among the numbers, in float32 from the first argument on: first those that are given, then the results, then of
   * each store 0, or NaN where it must not count.
   */
  readonly numbers: number;
}

/**
 * A tail as one WebAssembly function. Entries are taken four at a time, all arrays in one pass; a sum ends a pass, since what
 * reads it needs it whole. Sums are float64 inside.
 */
export function emitTail(plan: TailPlan): TailModule {
  const parameters = 1 + plan.arrays.length + plan.stores.length;
  const emit = emission(parameters);
  const level = levels(plan);
  plan.numbers.forEach((node, i) => {
    emit.scalar(node, [...wasm.get(0), ...wasm.f32.load(4 * i)]);
  });
  const sums = [...plan.nodes].filter((node) => isNode(node, "sum") && level.has(node));
  const last = Math.max(0, ...[...level.values()]);
  const stored = new Map<Node, number>(plan.arrays.map((node, i) => [node, 1 + i]));
  for (let now = 0; now <= last; now++) {
    const ending = sums.filter((node) => level.get(node) === now + 1);
    const storing = plan.stores
      .map((store, i) => ({ ...store, slot: 1 + plan.arrays.length + i }))
      .filter(({ value }) => (level.get(value) ?? 0) === now);
    const lengths = new Set(
      [...ending.map(({ inputs }) => inputs[0] as Node), ...storing.map(({ value }) => value)].map(({ shape }) => sizeOf(shape)),
    );
    for (const length of lengths) {
      pass(emit, plan, {
        length,
        stored,
        sums: ending.filter(({ inputs: [x] }) => x && sizeOf(x.shape) === length),
        stores: storing.filter(({ value }) => sizeOf(value.shape) === length),
      });
    }
    for (const { value, slot } of storing) stored.set(value, slot);
  }
  const results = plan.results.map(({ value }) => scalarCode(emit, plan, value));
  const guards = plan.stores.map(({ guard }) => guardCode(emit, plan, guard));
  for (const [i, code] of [...results, ...guards].entries()) {
    emit.add([...wasm.get(0), ...code, ...wasm.f32.store(4 * (plan.numbers.length + i))]);
  }
  return {
    bytes: wasmModule({ parameters, locals: emit.locals, body: emit.code() }),
    numbers: plan.numbers.length + results.length + guards.length,
  };
}

/** After how many passes each node can be computed. */
function levels(plan: TailPlan): Map<Node, number> {
  const known = new Map<Node, number>();
  const levelOf = (node: Node): number => {
    const have = known.get(node);
    if (have !== undefined) return have;
    const inputs = plan.nodes.has(node) ? node.inputs.map(levelOf) : [];
    const made = Math.max(0, ...inputs) + (plan.nodes.has(node) && isNode(node, "sum") ? 1 : 0);
    known.set(node, made);
    return made;
  };
  for (const { value } of plan.results) levelOf(value);
  for (const { value, guard } of plan.stores) for (const node of [value, ...guard]) levelOf(node);
  return known;
}

const BINARY = { add: "add", sub: "sub", mul: "mul", div: "div", minimum: "min", maximum: "max" } as const;

/** Code that pushes a single number, which is computed once and kept in a local. */
function scalarCode(emit: Emission, plan: TailPlan, node: Node): Code {
  const value = scalarOf(node);
  if (value !== undefined) return wasm.f32.const(value);
  const have = emit.local(node);
  if (have !== undefined) return wasm.get(have);
  const inputs = (): Code[] => node.inputs.map((input) => scalarCode(emit, plan, input));
  const { op } = node.operation;
  if (op === "reshape") return scalarCode(emit, plan, node.inputs[0] as Node);
  if (op === "sqrt") return emit.scalar(node, [...inputs().flat(), ...wasm.f32.sqrt]);
  if (op in BINARY) return emit.scalar(node, [...inputs().flat(), ...wasm.f32[BINARY[op as keyof typeof BINARY]]]);
  if (op === "whereLess") {
    const [a = [], b = [], x = [], y = []] = inputs();
    return emit.scalar(node, [...x, ...y, ...a, ...b, ...wasm.f32.lt, ...wasm.select]);
  }
  if (op === "whereFinite") {
    const guard = emit.keep("f32", guardCode(emit, plan, node.inputs.slice(2)));
    const [x = [], y = []] = inputs();
    return emit.scalar(node, [...x, ...y, ...wasm.get(guard), ...wasm.get(guard), ...wasm.f32.eq, ...wasm.select]);
  }
  throw new TypeError(`Cannot emit WebAssembly: "${op}" is not a primitive of single numbers; expected an elementwise one`);
}

/** Σ (s − s): 0, or NaN unless all are finite. */
function guardCode(emit: Emission, plan: TailPlan, guard: readonly Node[]): Code {
  const terms = guard.map((node) => {
    const s = scalarCode(emit, plan, node);
    return [...s, ...s, ...wasm.f32.sub];
  });
  return [...wasm.f32.const(0), ...terms.flatMap((term) => [...term, ...wasm.f32.add])];
}

/** One loop over all entries. */
interface Pass {
  readonly length: number;
  /** Arrays that lie in memory, by the parameter that has their address. */
  readonly stored: ReadonlyMap<Node, number>;
  readonly sums: readonly Node[];
  readonly stores: readonly { readonly value: Node; readonly slot: number }[];
}

function pass(emit: Emission, plan: TailPlan, { length, stored, sums, stores }: Pass): void {
  const at = emit.keep("i32", wasm.i32.const(0));
  const accumulators = sums.map(() => [zeroVector(emit), zeroVector(emit)] as const);
  const body = emit.block();
  const splats = new Map<Node, number>();
  const address = (slot: number): Code => [...wasm.get(slot), ...wasm.get(at), ...wasm.i32.add];
  const vector = (node: Node): number => {
    const have = body.known.get(node);
    if (have !== undefined) return have;
    const slot = stored.get(node);
    const code = slot !== undefined ? [...address(slot), ...wasm.v128.load] : vectorCode(node);
    const local = emit.newLocal("v128");
    body.code.push(...code, ...wasm.set(local));
    body.known.set(node, local);
    return local;
  };
  const operand = (node: Node): Code => {
    if (!isScalar(node)) return wasm.get(vector(node));
    const have = splats.get(node) ?? emit.keep("v128", [...scalarCode(emit, plan, node), ...wasm.f32x4.splat]);
    splats.set(node, have);
    return wasm.get(have);
  };
  const vectorCode = ({ operation: { op }, inputs }: Node): Code => {
    if (op === "sqrt") return [...inputs.flatMap(operand), ...wasm.f32x4.sqrt];
    if (op in BINARY) return [...inputs.flatMap(operand), ...wasm.f32x4[BINARY[op as keyof typeof BINARY]]];
    if (op === "whereLess") {
      const [a = [], b = [], x = [], y = []] = inputs.map(operand);
      return [...x, ...y, ...a, ...b, ...wasm.f32x4.lt, ...wasm.v128.bitselect];
    }
    if (op === "whereFinite") {
      const guard = emit.keep("v128", [...guardCode(emit, plan, inputs.slice(2)), ...wasm.f32x4.splat]);
      const [x = [], y = []] = inputs.slice(0, 2).map(operand);
      return [...x, ...y, ...wasm.get(guard), ...wasm.get(guard), ...wasm.f32x4.eq, ...wasm.v128.bitselect];
    }
    throw new TypeError(`Cannot emit WebAssembly: "${op}" is not an elementwise primitive; expected one`);
  };
  const locals = sums.map(({ inputs }) => vector(inputs[0] as Node));
  for (const { value, slot } of stores) body.code.push(...address(slot), ...wasm.get(vector(value)), ...wasm.v128.store);
  const accumulate = (mask: Code): Code =>
    locals.flatMap((x, i) => addTo(accumulators[i] as readonly [number, number], [...wasm.get(x), ...mask]));
  const whole = 4 * (length - (length % 4));
  const next = [
    ...wasm.get(at),
    ...wasm.i32.const(16),
    ...wasm.i32.add,
    ...wasm.tee(at),
    ...wasm.i32.const(whole),
    ...wasm.i32.ltU,
    ...wasm.brIf(0),
  ];
  if (whole > 0) emit.add([...wasm.loop, ...body.code, ...accumulate([]), ...next, ...wasm.end]);
  if (length % 4 > 0) emit.add([...body.code, ...accumulate([...wasm.v128.const(firstLanes(length % 4)), ...wasm.v128.and])]);
  for (const [i, node] of sums.entries()) emit.scalar(node, totalOf(accumulators[i] as readonly [number, number]));
}

const zeroVector = (emit: Emission): number => emit.keep("v128", wasm.v128.const(Array<number>(16).fill(0)));

/** All bits of the first lanes: what follows the end of an array is not summed. */
const firstLanes = (count: number): number[] => Array.from({ length: 16 }, (_, byte) => (byte < 4 * count ? 0xff : 0));

/** Adds four float32 numbers to two pairs of float64. */
function addTo([low, high]: readonly [number, number], x: Code): Code {
  const half = (into: number, value: Code): Code => [
    ...wasm.get(into),
    ...value,
    ...wasm.f64x2.promoteLow,
    ...wasm.f64x2.add,
    ...wasm.set(into),
  ];
  return [...half(low, x), ...half(high, [...x, ...x, ...wasm.highHalf])];
}

function totalOf([low, high]: readonly [number, number]): Code {
  const lanes = [low, high].map((local) => [
    ...wasm.get(local),
    ...wasm.f64x2.extract(0),
    ...wasm.get(local),
    ...wasm.f64x2.extract(1),
    ...wasm.f64.add,
  ]);
  return [...lanes.flat(), ...wasm.f64.add, ...wasm.f32.demote];
}
