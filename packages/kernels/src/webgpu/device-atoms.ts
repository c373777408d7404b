/// <reference types="@webgpu/types" />
import type { BoundAtoms } from "../bind/index.js";
import type { RowLayout, ShardRange } from "./layout.js";
import type { AtomScale } from "./prepare.js";

/** A part of the atoms in device memory. */
export interface DeviceShard {
  readonly range: ShardRange;
  /** [stride, P], in device units, zeros where there is no atom. */
  readonly atoms: GPUBuffer;
  /** [stride], written for each scan. */
  readonly bias: GPUBuffer;
}

// The numbers of GPUBufferUsage, which is a global of browsers alone.
/** Usage flags of buffers, as WebGPU numbers them. */
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;

/** Rows written to the device at once, in bytes. */
const SLICE = 1 << 24;

/** Copies the atoms that have a weight to the device, a slice at a time. */
export function uploadShard(
  device: GPUDevice,
  { stored, dim }: BoundAtoms,
  { kept, unit }: AtomScale,
  { quads }: RowLayout,
  range: ShardRange,
): DeviceShard {
  const usage = USAGE.storage | USAGE.copyTarget;
  const width = 4 * quads;
  const atoms = device.createBuffer({ label: "atoms", size: 4 * width * range.stride, usage });
  const bias = device.createBuffer({ label: "bias", size: 4 * range.stride, usage });
  const slice = new Float32Array(width * Math.min(range.count, Math.max(1, Math.floor(SLICE / (4 * width)))));
  const rows = slice.length / width;
  for (let from = 0; from < range.count; from += rows) {
    const count = Math.min(rows, range.count - from);
    for (let k = 0; k < count; k++) {
      const source = (kept[range.from + from + k] ?? 0) * dim;
      for (let d = 0; d < dim; d++) slice[k * width + d] = (stored[source + d] ?? 0) / unit;
    }
    device.queue.writeBuffer(atoms, 4 * width * from, slice, 0, count * width);
  }
  return { range, atoms, bias };
}
