/// <reference types="@webgpu/types" />
import { type DeviceShard, USAGE } from "./device-atoms.js";
import type { WatchedDevice } from "./gpu.js";
import { CHUNK, type RowLayout } from "./layout.js";
import type { Pipelines } from "./pipelines.js";
import type { Scratch } from "./scratch.js";
import { type BufferName, type Plan, planOf, type ShardRequest } from "./steps.js";

/** What the kernels run on. */
export interface DeviceWork {
  readonly watched: WatchedDevice;
  readonly layout: RowLayout;
  readonly pipelines: Pipelines;
  readonly scratch: Scratch;
}

/** What comes back from a shard, by the names of the buffers. */
export type ShardOutput = ReadonlyMap<BufferName, ArrayBuffer>;

const STORAGE = USAGE.storage | USAGE.copySource | USAGE.copyTarget;

/** What is written to the device for a visit, [rows, P] each. */
export interface Visitors {
  readonly queries: Float32Array;
  readonly directions?: Float32Array;
}

/** Runs on one shard what is wanted. @throws Error when the device is lost or refuses. */
export async function runShard(
  work: DeviceWork,
  shard: DeviceShard,
  { queries, directions }: Visitors,
  request: ShardRequest,
): Promise<ShardOutput> {
  const plan = planOf(request, shard.range, work.layout);
  const compiled = await work.pipelines(plan.steps.map(({ kernel }) => kernel));
  return work.watched.run("scan the atoms", () => {
    const { device } = work.watched;
    const { scratch } = work;
    const shape = scratch.take("shape", 32, USAGE.uniform | USAGE.copyTarget);
    const { count, stride } = shard.range;
    const kept = Math.min(request.top, CHUNK);
    device.queue.writeBuffer(shape, 0, Uint32Array.of(count, stride, request.rows, kept, work.layout.quads));
    const buffers = new Map<BufferName, GPUBuffer>([["shape", shape]]);
    buffers.set("atoms", shard.atoms).set("bias", shard.bias);
    for (const [name, bytes] of plan.bytes) buffers.set(name, scratch.take(name, bytes, STORAGE));
    device.queue.writeBuffer(bufferOf(buffers, "queries"), 0, queries);
    if (directions) device.queue.writeBuffer(bufferOf(buffers, "directions"), 0, directions);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { kernel, buffers: names, groups } of plan.steps) {
      const pipeline = compiled.get(kernel);
      if (pipeline === undefined)
        throw new Error(`Cannot scan the atoms: the kernel "${kernel}" is missing; expected its pipeline`);
      const entries = names.map((name, binding) => ({ binding, resource: { buffer: bufferOf(buffers, name) } }));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    return bringBack(work, encoder, plan, buffers);
  });
}

/** Ends the commands with copies of the results, submits them, and reads the copies. */
async function bringBack(
  { watched: { device }, scratch }: DeviceWork,
  encoder: GPUCommandEncoder,
  { bytes, back }: Plan,
  buffers: ReadonlyMap<BufferName, GPUBuffer>,
): Promise<ShardOutput> {
  const sizes = back.map((name) => bytes.get(name) ?? 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const copy = scratch.take("copy", total, USAGE.mapRead | USAGE.copyTarget);
  let offset = 0;
  const ranges = back.map((name, k) => {
    const size = sizes[k] ?? 0;
    encoder.copyBufferToBuffer(bufferOf(buffers, name), 0, copy, offset, size);
    offset += size;
    return { name, from: offset - size, to: offset };
  });
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(MAP_READ, 0, total);
  const mapped = copy.getMappedRange(0, total);
  const output = new Map(ranges.map(({ name, from, to }) => [name, mapped.slice(from, to)]));
  copy.unmap();
  return output;
}

/** GPUMapMode.READ. */
const MAP_READ = 1;

function bufferOf(buffers: ReadonlyMap<BufferName, GPUBuffer>, name: BufferName): GPUBuffer {
  const buffer = buffers.get(name);
  if (buffer === undefined) throw new Error(`Cannot scan the atoms: the buffer "${name}" is missing; expected it in the plan`);
  return buffer;
}
