import type { WasmMemory } from "./platform.js";

const PAGE = 65536;
/** Addresses are multiples of a cache line. */
const LINE = 64;
/** Bytes at the start that hold the constants of the kernels. */
const CONSTANTS = 1024;

/** Memory that kernels see: blocks of bytes by address, and views of them. Views die when the memory grows: take them anew. */
export interface Arena {
  /** A block of at least `bytes` bytes, not cleared; its address is a multiple of 64. @throws RangeError beyond 4 GiB. */
  readonly allocate: (bytes: number) => number;
  /** Gives a block back. @throws RangeError for an address that is not a block. */
  readonly free: (address: number) => void;
  /** `length` floats at an address. */
  readonly f32: (address: number, length: number) => Float32Array;
  /** `length` doubles at an address. */
  readonly f64: (address: number, length: number) => Float64Array;
  /** `length` integers at an address. */
  readonly i32: (address: number, length: number) => Int32Array;
  /** Bytes in blocks now. */
  readonly used: () => number;
}

/** An arena within another, whose blocks are given back together. */
export interface Scratch extends Arena {
  readonly release: () => void;
}

/** What is allocated here is freed by `release`, and not before. */
export function scratchOf(arena: Arena): Scratch {
  const blocks: number[] = [];
  return {
    ...arena,
    allocate(bytes) {
      const address = arena.allocate(bytes);
      blocks.push(address);
      return address;
    },
    free() {},
    release() {
      for (const address of blocks.splice(0)) arena.free(address);
    },
  };
}

/** A range of addresses. */
interface Range {
  from: number;
  to: number;
}

/** An arena over a whole memory: first fit, free neighbours joined. The constants of the kernels stay. */
export function arenaOf(memory: WasmMemory): Arena {
  const blocks = new Map<number, number>();
  const holes: Range[] = [{ from: CONSTANTS, to: memory.buffer.byteLength }]; // by address
  return {
    allocate(bytes) {
      const length = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
      const hole = holes.find(({ from, to }) => to - from >= length) ?? grown(memory, holes, length);
      const address = hole.from;
      hole.from += length;
      if (hole.from === hole.to) holes.splice(holes.indexOf(hole), 1);
      blocks.set(address, length);
      return address;
    },
    free(address) {
      const length = blocks.get(address);
      if (length === undefined) throw new RangeError(`Cannot free memory: ${address} is no block; expected an allocated one`);
      blocks.delete(address);
      join(holes, { from: address, to: address + length });
    },
    f32: (address, length) => new Float32Array(memory.buffer, address, length),
    f64: (address, length) => new Float64Array(memory.buffer, address, length),
    i32: (address, length) => new Int32Array(memory.buffer, address, length),
    used: () => [...blocks.values()].reduce((sum, length) => sum + length, 0),
  };
}

/** Makes the last hole long enough. */
function grown(memory: WasmMemory, holes: Range[], length: number): Range {
  const end = memory.buffer.byteLength;
  const last = holes.at(-1);
  const spare = last?.to === end ? last.to - last.from : 0;
  const pages = Math.ceil((length - spare) / PAGE);
  try {
    memory.grow(pages);
  } catch {
    throw new RangeError(
      `Cannot hold ${length} more bytes for the WebAssembly kernels: they have ${end}; expected less than 4 GiB and enough memory`,
    );
  }
  join(holes, { from: end, to: memory.buffer.byteLength });
  return holes[holes.length - 1] as Range;
}

/** Adds a hole and joins it with those it touches. */
function join(holes: Range[], { from, to }: Range): void {
  const after = holes.findIndex((hole) => hole.from >= to);
  const at = after < 0 ? holes.length : after;
  const next = holes[at];
  const before = holes[at - 1];
  if (before?.to === from && next?.from === to) {
    before.to = next.to;
    holes.splice(at, 1);
  } else if (before?.to === from) before.to = to;
  else if (next?.from === to) next.from = from;
  else holes.splice(at, 0, { from, to });
}
