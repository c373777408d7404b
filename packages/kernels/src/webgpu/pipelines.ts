/// <reference types="@webgpu/types" />
import { alongShader } from "./along-shader.js";
import type { RowLayout } from "./layout.js";
import { logitsShader } from "./logits-shader.js";
import { meanShader, tangentShader } from "./mean-shader.js";
import { spreadShader } from "./spread-shader.js";
import type { Kernel } from "./steps.js";
import { streamShader } from "./stream-shader.js";
import { topShader } from "./top-shader.js";
import { weighShader } from "./weigh-shader.js";

/** Compiles some kernels, each when it is first asked for. */
export type Pipelines = (kernels: readonly Kernel[]) => Promise<ReadonlyMap<Kernel, GPUComputePipeline>>;

/** The source of each kernel for rows of a layout, in WGSL. */
export function kernelSources(layout: RowLayout): Record<Kernel, string> {
  return {
    logits: logitsShader(layout),
    top: topShader,
    weigh: weighShader,
    mean: meanShader,
    spread: spreadShader(layout),
    along: alongShader(layout),
    tangent: tangentShader,
    stream: streamShader(layout, { spread: false }),
    streamSpread: streamShader(layout, { spread: true }),
  };
}

/** What a device has compiled so far: the kernels of one layout serve every data set of that layout. */
const compiled = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>();

/** The kernels of a device. A kernel that does not compile is an Error with the message of the compiler. */
export function pipelinesOf(device: GPUDevice, layout: RowLayout): Pipelines {
  const sources = kernelSources(layout);
  const known = compiled.get(device) ?? new Map<string, Promise<GPUComputePipeline>>();
  compiled.set(device, known);
  const pipeline = (kernel: Kernel): Promise<GPUComputePipeline> => {
    const code = sources[kernel];
    const made = known.get(code) ?? compile(device, kernel, code);
    known.set(code, made);
    return made;
  };
  return async (kernels) => new Map(await Promise.all(kernels.map(async (kernel) => [kernel, await pipeline(kernel)] as const)));
}

async function compile(device: GPUDevice, kernel: Kernel, code: string): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ label: kernel, code });
  try {
    return await device.createComputePipelineAsync({ label: kernel, layout: "auto", compute: { module } });
  } catch (error) {
    const { messages } = await module.getCompilationInfo();
    const reasons = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
    throw new Error(`Cannot compile the kernel "${kernel}": ${reasons.join("; ")}; expected WGSL that the device takes`, {
      cause: error,
    });
  }
}
