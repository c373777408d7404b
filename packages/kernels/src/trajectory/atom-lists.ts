import type { Arena } from "../wasm/index.js";

/** For each row of a batch, the atoms that still weigh something, ascending. */
export interface AtomLists {
  /** Where the list of a row is: how many atoms, then which. */
  readonly at: (row: number) => number;
  readonly countOf: (row: number) => number;
  /** Copies a list of a row from an address, in place of the one it had. */
  readonly take: (row: number, list: number) => void;
  readonly free: () => void;
}

export function atomLists(arena: Arena, size: number): AtomLists {
  const addresses = new Float64Array(size);
  const counts = new Int32Array(size);
  return {
    at: (row) => addresses[row] as number,
    countOf: (row) => counts[row] as number,
    take(row, list) {
      const count = arena.i32(list, 1)[0] as number;
      if (addresses[row] !== 0) arena.free(addresses[row] as number);
      const address = arena.allocate(4 * (count + 1));
      arena.i32(address, count + 1).set(arena.i32(list, count + 1));
      addresses[row] = address;
      counts[row] = count;
    },
    free() {
      for (const address of addresses) if (address !== 0) arena.free(address);
    },
  };
}
