import type { Array as JaxArray } from "@jax-js/jax";
import type { Resident } from "./engine.js";
import type { Jax } from "./jax.js";
import { type Shape, sizeOf } from "./tensor.js";

/** Arrays on one jax-js device, and which of them each resident currently is. */
export interface JaxMemory {
  readonly device: "wasm" | "webgpu";
  /** Copies values to the device. `what` names the array in the message. */
  upload(values: Float32Array, shape: Shape, what: string): JaxArray;
  resident(values: Float32Array, shape: Shape): Resident;
  /** The array of a resident; the memory keeps its reference. */
  arrayOf(cell: Resident): JaxArray;
  /** Frees the array of a resident and gives it another one. */
  replace(cell: Resident, next: JaxArray): void;
}

/** The memory of one engine. */
export function jaxMemory(jax: Jax, device: "wasm" | "webgpu"): JaxMemory {
  const arrays = new WeakMap<Resident, JaxArray>();

  const upload: JaxMemory["upload"] = (values, shape, what) => {
    if (values.length !== sizeOf(shape)) {
      throw new RangeError(
        `Cannot fill ${what}: it receives ${values.length} numbers; expected ${sizeOf(shape)} for shape [${shape.join(", ")}]`,
      );
    }
    return jax.numpy.array(values as Float32Array<ArrayBuffer>, { device }).reshape([...shape]);
  };

  const arrayOf: JaxMemory["arrayOf"] = (cell) => {
    const array = arrays.get(cell);
    if (array === undefined) {
      throw new TypeError("Cannot use a resident array: it was disposed, or belongs to another engine");
    }
    return array;
  };

  const replace: JaxMemory["replace"] = (cell, next) => {
    arrayOf(cell).dispose();
    arrays.set(cell, next);
  };

  const resident: JaxMemory["resident"] = (values, shape) => {
    const self: Resident = {
      shape,
      async read() {
        const array = arrayOf(self).ref;
        return (device === "wasm" ? array.dataSync() : await array.data()) as Float32Array;
      },
      write: (next) => replace(self, upload(next, shape, "a resident array")),
      dispose() {
        arrayOf(self).dispose();
        arrays.delete(self);
      },
    };
    arrays.set(self, upload(values, shape, "a resident array"));
    return self;
  };

  return { device, upload, resident, arrayOf, replace };
}
