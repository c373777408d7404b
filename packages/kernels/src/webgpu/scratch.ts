/// <reference types="@webgpu/types" />

/** Buffers of a device by name, each as large as it was ever needed. */
export interface Scratch {
  /** A buffer of at least `bytes`; its content is whatever was left in it. */
  take(name: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer;
  /** Frees all of them. */
  destroy(): void;
}

/** Scratch space that grows and is kept between scans. */
export function scratchOn(device: GPUDevice): Scratch {
  const held = new Map<string, GPUBuffer>();
  return {
    take(name, bytes, usage) {
      const before = held.get(name);
      if (before !== undefined && before.size >= bytes) return before;
      before?.destroy();
      const buffer = device.createBuffer({ label: name, size: Math.max(16, Math.ceil(bytes / 16) * 16), usage });
      held.set(name, buffer);
      return buffer;
    },
    destroy() {
      for (const buffer of held.values()) buffer.destroy();
      held.clear();
    },
  };
}
