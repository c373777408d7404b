/// <reference types="@webgpu/types" />

const adapter = async (): Promise<GPUAdapter | null> =>
  (await (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu?.requestAdapter()) ?? null;

/** What the adapter of the page says it is, or nothing where there is none. */
export async function adapterName(): Promise<string | undefined> {
  const info = (await adapter())?.info;
  return info && `${info.vendor} ${info.architecture}`;
}

/** A new device. */
export async function gpuDevice(): Promise<GPUDevice> {
  const found = await adapter();
  if (found === null) throw new Error("the page has no WebGPU adapter");
  return found.requestDevice();
}

let shared: Promise<GPUDevice> | undefined;

/** The device of the page, which keeps the kernels that it has compiled. */
export function sharedDevice(): Promise<GPUDevice> {
  shared ??= gpuDevice();
  return shared;
}
