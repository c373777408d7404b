import type { Resident } from "../engine.js";
import { type Shape, sizeOf } from "../tensor.js";
import type { Address, Heap } from "./memory.js";

/** What a resident array is in memory. It has two places, so that a step writes one while it reads the other. */
export interface Cell {
  readonly length: number;
  current: Address;
  other: Address;
}

/** The residents of one engine. */
export interface Residents {
  resident(values: Float32Array, shape: Shape): Resident;
  /** The cell of a resident, with its latest values in memory. To be called while nothing else runs: memory may grow. */
  place(resident: Resident): Cell;
}

/**
 * Residents in a heap. Values from the host wait beside it until the next run: a run in flight holds views of the memory,
 * which must neither grow nor change under them. `idle` resolves when no run is in flight.
 */
export function residents(heap: Heap, idle: () => Promise<void>): Residents {
  const cells = new WeakMap<Resident, { waiting: Float32Array | undefined; cell: Cell | undefined }>();

  const entryOf = (resident: Resident) => {
    const entry = cells.get(resident);
    if (entry !== undefined) return entry;
    throw new TypeError("Cannot use a resident array: it was disposed, or belongs to another engine");
  };

  const copied = (values: Float32Array, shape: Shape): Float32Array => {
    if (values.length === sizeOf(shape)) return values.slice();
    throw new RangeError(
      `Cannot fill a resident array: it receives ${values.length} numbers; expected ${sizeOf(shape)} for shape [${shape.join(", ")}]`,
    );
  };

  return {
    resident(values, shape) {
      const self: Resident = {
        shape,
        async read() {
          entryOf(self);
          await idle();
          const { waiting, cell } = entryOf(self);
          return waiting?.slice() ?? heap.floats(cell?.current ?? 0, cell?.length ?? 0).slice();
        },
        write(next) {
          entryOf(self).waiting = copied(next, shape);
        },
        dispose() {
          const { cell } = entryOf(self);
          cells.delete(self);
          if (cell === undefined) return;
          heap.free(cell.current);
          heap.free(cell.other);
        },
      };
      cells.set(self, { waiting: copied(values, shape), cell: undefined });
      return self;
    },
    place(resident) {
      const entry = entryOf(resident);
      const length = sizeOf(resident.shape);
      entry.cell ??= { length, current: heap.allocate(length), other: heap.allocate(length) };
      if (entry.waiting !== undefined) heap.floats(entry.cell.current, length).set(entry.waiting);
      entry.waiting = undefined;
      return entry.cell;
    },
  };
}
