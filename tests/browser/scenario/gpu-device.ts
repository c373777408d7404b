/// <reference types="@webgpu/types" />

/** WebGPU of the page, if it has any. */
export const pageGpu = (): GPU | undefined => (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;

/** What the adapter of the page says it is, or nothing where there is none. */
export async function adapterName(): Promise<string | undefined> {
  const adapter = await pageGpu()?.requestAdapter();
  return adapter ? [adapter.info.vendor, adapter.info.architecture].filter(Boolean).join(" ") : undefined;
}

/** A device of the page. */
export async function gpuDevice(): Promise<GPUDevice> {
  const adapter = await pageGpu()?.requestAdapter();
  if (!adapter) throw new Error("the page has no WebGPU adapter");
  return adapter.requestDevice();
}
