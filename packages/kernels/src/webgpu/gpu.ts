/// <reference types="@webgpu/types" />
import type { BufferLimits } from "./layout.js";

/** Where a device comes from: given by the caller, or asked of an adapter. */
export interface DeviceSource {
  /** A device of the caller; it is not destroyed by `close`. */
  readonly device?: GPUDevice;
  /** Whose adapter to ask. @defaultValue `navigator.gpu` */
  readonly gpu?: GPU;
  /** @defaultValue "high-performance" */
  readonly powerPreference?: GPUPowerPreference;
}

/** A device, and whether it is ours to destroy. */
export interface HeldDevice {
  readonly device: GPUDevice;
  readonly owned: boolean;
}

/** The device of a source, with buffers as large as its adapter allows. @throws Error where there is no WebGPU or no adapter. */
export async function deviceOf({ device, gpu, powerPreference = "high-performance" }: DeviceSource): Promise<HeldDevice> {
  if (device !== undefined) return { device, owned: false };
  const entry = gpu ?? (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (entry === undefined) {
    throw new Error("Cannot open a GPU: there is no navigator.gpu here; expected a browser with WebGPU, or the option gpu");
  }
  const adapter = await entry.requestAdapter({ powerPreference });
  if (adapter === null) throw new Error("Cannot open a GPU: WebGPU offers no adapter; expected one, or another backend");
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const requiredLimits = { maxStorageBufferBindingSize, maxBufferSize };
  return { device: await adapter.requestDevice({ requiredLimits }), owned: true };
}

/** What buffers and dispatches a device allows; no buffer larger than `largest` bytes. */
export function limitsOf({ limits }: GPUDevice, largest?: number): BufferLimits {
  const bytes = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize, largest ?? Infinity);
  return { bytes, groups: limits.maxComputeWorkgroupsPerDimension };
}

/** A device of which it is known when it is lost. */
export interface WatchedDevice extends HeldDevice {
  /**
   * Starts work on the device and waits for it: a promise of a lost device may never settle.
   * @throws Error when the device is or gets lost, refuses what `start` asks of it, or has no memory for it.
   */
  run<R>(action: string, start: () => R | Promise<R>): Promise<R>;
}

/** Watches over a device from now on. */
export function watchDevice(held: HeldDevice): WatchedDevice {
  const { device } = held;
  const waiting = new Set<() => void>();
  let loss: string | undefined;
  device.lost.then(({ reason, message }) => {
    loss = [reason, message].filter((part) => part !== undefined && part !== "").join(": ");
    for (const tell of waiting) tell();
  });
  return {
    ...held,
    async run(action, start) {
      const lost = () => new Error(`Cannot ${action}: the GPU device was lost (${loss}); expected a device that lives`);
      if (loss !== undefined) throw lost();
      let tell = (): void => {};
      const end = new Promise<never>((_, reject) => {
        tell = () => reject(lost());
      });
      waiting.add(tell);
      try {
        return await Promise.race([guarded(device, action, start), end]);
      } catch (error) {
        await Promise.resolve(); // a loss is told after the failures that it causes
        throw loss === undefined ? error : lost();
      } finally {
        waiting.delete(tell);
      }
    },
  };
}

/** The outcome of `start`, once the device has accepted all that it asked for before it first waited. */
async function guarded<R>(device: GPUDevice, action: string, start: () => R | Promise<R>): Promise<R> {
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const result = Promise.resolve(start());
  const problems = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const [outcome, refused] = await Promise.allSettled([result, problems]);
  const problem = refused.status === "fulfilled" ? refused.value.find((error) => error !== null) : undefined;
  if (problem) throw new Error(`Cannot ${action}: the GPU refuses (${problem.message}); expected what the device allows`);
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
