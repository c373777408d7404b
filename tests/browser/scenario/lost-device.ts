/// <reference types="@webgpu/types" />
import { atoms, normal, points, rngOf, type ScanBackend } from "@fluxion/core";
import { bindAtoms, webgpuBackend } from "@fluxion/kernels";
import { gpuDevice, sharedDevice } from "./gpu-device.js";

const query = { alpha: 0.4, variance: 0.36, spread: false, top: 0, tangent: undefined };
const demand = { kind: "certified", epsilon: 0.1 } as const;
const data = bindAtoms(atoms(points(normal(rngOf(3), new Float64Array(5000 * 2)), 2)));
const x = points(normal(rngOf(4), new Float64Array(640 * 2)), 2);

const messageOf = (work: Promise<unknown>): Promise<string> => work.then(() => "an answer", String);

/** What scans say when their device is destroyed: one that is under way, one that waits behind it, one afterwards. */
export async function results(): Promise<Record<string, string>> {
  const device = await gpuDevice();
  const backend: ScanBackend = await webgpuBackend(data, { device, scratchBytes: 1 });
  await backend.scan(x, query, demand); // compiles the kernels
  const underWay = messageOf(backend.scan(x, query, demand));
  const waiting = messageOf(backend.scan(x, query, demand));
  await new Promise((resolve) => setTimeout(resolve, 1));
  device.destroy();
  const afterwards = messageOf(backend.scan(x, query, demand));
  const answers = { underWay: await underWay, waiting: await waiting, afterwards: await afterwards };
  return { ...answers, binding: await messageOf(webgpuBackend(data, { device })), closing: await messageOf(backend.close()) };
}

/** What a device is told that is lent, and one that is not: whether it lives on after the backend is closed. */
export async function owners(): Promise<Record<string, boolean>> {
  const device = await sharedDevice();
  const lives = async (held: GPUDevice): Promise<boolean> => {
    const pause = new Promise<true>((resolve) => setTimeout(() => resolve(true), 50));
    return Promise.race([held.lost.then(() => false as const), pause]);
  };
  const lent = await webgpuBackend(data, { device });
  await lent.close();
  let own: GPUDevice | undefined;
  const gpu = {
    requestAdapter: async () => ({
      limits: device.limits,
      requestDevice: async () => {
        own = await gpuDevice();
        return own;
      },
    }),
  };
  const owned = await webgpuBackend(data, { gpu: gpu as unknown as GPU });
  await owned.close();
  return { lent: await lives(device), owned: own !== undefined && (await lives(own)) };
}
