import { type Code, signed, unsigned } from "./wasm-module.js";

type Named<K extends string> = { readonly [name in K]: Code };
type Arithmetic = "add" | "sub" | "mul" | "div" | "min" | "max" | "sqrt" | "eq" | "lt";

/** Instructions by type and name. */
interface Instructions extends Named<"end" | "loop" | "select" | "highHalf"> {
  brIf(depth: number): Code;
  get(local: number): Code;
  set(local: number): Code;
  tee(local: number): Code;
  readonly i32: Named<"add" | "ltU"> & { const(value: number): Code };
  readonly f32: Named<Arithmetic | "demote"> & {
    load(offset: number): Code;
    store(offset: number): Code;
    const(value: number): Code;
  };
  readonly f64: Named<"add">;
  readonly v128: Named<"load" | "store" | "and" | "bitselect"> & { const(bytes: readonly number[]): Code };
  readonly f32x4: Named<Arithmetic | "splat">;
  readonly f64x2: Named<"add" | "promoteLow"> & { extract(lane: 0 | 1): Code };
}

/** The instructions that the emitter uses, by their names in the specification of WebAssembly. */
export const instruction: Instructions = {
  end: [0x0b],
  loop: [0x03, 0x40],
  brIf: (depth: number): Code => [0x0d, ...unsigned(depth)],
  select: [0x1b],
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  tee: (local: number): Code => [0x22, ...unsigned(local)],
  i32: { const: (value: number): Code => [0x41, ...signed(value)], add: [0x6a], ltU: [0x49] },
  f32: {
    load: (offset: number): Code => [0x2a, 2, ...unsigned(offset)],
    store: (offset: number): Code => [0x38, 2, ...unsigned(offset)],
    const: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
    eq: [0x5b],
    lt: [0x5d],
    sqrt: [0x91],
    add: [0x92],
    sub: [0x93],
    mul: [0x94],
    div: [0x95],
    min: [0x96],
    max: [0x97],
    demote: [0xb6],
  },
  f64: { add: [0xa0] },
  v128: {
    load: [0xfd, 0x00, 4, 0],
    store: [0xfd, 0x0b, 4, 0],
    const: (bytes: readonly number[]): Code => [0xfd, 0x0c, ...bytes],
    and: [0xfd, 0x4e],
    bitselect: [0xfd, 0x52],
  },
  f32x4: {
    splat: [0xfd, 0x13],
    eq: [0xfd, 0x41],
    lt: [0xfd, 0x43],
    sqrt: [0xfd, ...unsigned(0xe3)],
    add: [0xfd, ...unsigned(0xe4)],
    sub: [0xfd, ...unsigned(0xe5)],
    mul: [0xfd, ...unsigned(0xe6)],
    div: [0xfd, ...unsigned(0xe7)],
    min: [0xfd, ...unsigned(0xe8)],
    max: [0xfd, ...unsigned(0xe9)],
  },
  f64x2: {
    add: [0xfd, ...unsigned(0xf0)],
    promoteLow: [0xfd, 0x5f],
    extract: (lane: 0 | 1): Code => [0xfd, 0x21, lane],
  },
  /** Both halves of a vector exchanged; takes it twice. */
  highHalf: [0xfd, 0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7],
};
