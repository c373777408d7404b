/** Bytes of WebAssembly code. */
export type Code = readonly number[];

/** A function over a memory that it imports as `fluxion.memory`; it is exported as `run`. */
export interface WasmFunction {
  /** How many i32 parameters it has. */
  readonly parameters: number;
  /** Types of the locals that follow the parameters, in order. */
  readonly locals: readonly ("i32" | "f32" | "v128")[];
  readonly body: Code;
}

const TYPE = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** An unsigned number in LEB128. */
export function unsigned(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...unsigned(Math.floor(value / 128))];
}

/** A signed number of 32 bits in LEB128. */
export function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (value: string): number[] => [...unsigned(value.length), ...[...value].map((letter) => letter.charCodeAt(0))];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];

/** The bytes of a module with this function [WebAssembly, §5]. */
export function wasmModule({ parameters, locals, body }: WasmFunction): Uint8Array<ArrayBuffer> {
  const signature = [0x60, ...list(Array<number[]>(parameters).fill([TYPE.i32])), 0];
  const memory = [...text("fluxion"), ...text("memory"), 0x02, 0x01, ...unsigned(1), ...unsigned(65_536)];
  const code = [...list(locals.map((type) => [1, TYPE[type]])), ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([signature])),
    ...section(2, list([memory])),
    ...section(3, list([[0]])),
    ...section(7, list([[...text("run"), 0x00, 0]])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ]);
}
