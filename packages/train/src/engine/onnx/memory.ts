/** Where something lies: bytes from the beginning of the memory, a multiple of 64. */
export type Address = number;

/** One growing WebAssembly memory, in which all arrays of an engine lie. */
export interface Heap {
  readonly memory: WasmMemory;
  /** Bytes for an array of `length` float32 numbers and the rest of its last cache line. Its contents are arbitrary. */
  allocate(length: number): Address;
  free(address: Address): void;
  /** The numbers at an address; not to be kept, since growth replaces the buffer. */
  floats(address: Address, length: number): Float32Array<ArrayBuffer>;
}

/** The part of `WebAssembly.Memory` that is used. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const PAGE = 65_536;
const LINE = 64;
/** Vectors of four are read whole at the end of an array, and of any part of it. */
const SPARE = 12;
const MOST_PAGES = 65_536;

/** An empty heap. First fit; neighbours that are free become one. */
export function heap(): Heap {
  const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: new (descriptor: object) => WasmMemory } }).WebAssembly;
  const memory = new Memory({ initial: 1, maximum: MOST_PAGES });
  const sizes = new Map<Address, number>();
  let free: { at: Address; size: number }[] = [{ at: LINE, size: PAGE - LINE }];

  const merge = (at: Address, size: number): void => {
    const sorted = [...free, { at, size }].sort((a, b) => a.at - b.at);
    free = [];
    for (const block of sorted) {
      const last = free.at(-1);
      if (last !== undefined && last.at + last.size === block.at) last.size += block.size;
      else free.push({ ...block });
    }
  };

  const grow = (size: number): void => {
    const pages = Math.ceil(size / PAGE);
    const before = memory.buffer.byteLength;
    try {
      memory.grow(pages);
    } catch (cause) {
      const have = `${Math.round(before / 2 ** 20)} MiB are taken and ${Math.ceil(size / 2 ** 20)} MiB more are needed`;
      throw new RangeError(`Cannot allocate arrays: ${have}; expected at most 4096 MiB for all parameters and moments`, {
        cause,
      });
    }
    merge(before, pages * PAGE);
  };

  return {
    memory,
    allocate(length) {
      const size = Math.ceil((length * 4 + SPARE) / LINE) * LINE;
      if (!free.some((block) => block.size >= size)) grow(size);
      const block = free.find((candidate) => candidate.size >= size) as { at: Address; size: number };
      const { at } = block;
      block.at += size;
      block.size -= size;
      free = free.filter((candidate) => candidate.size > 0);
      sizes.set(at, size);
      return at;
    },
    free(address) {
      const size = sizes.get(address);
      if (size === undefined)
        throw new TypeError(`Cannot free memory: nothing was allocated at ${address}; expected an address in use`);
      sizes.delete(address);
      merge(address, size);
    },
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
  };
}
