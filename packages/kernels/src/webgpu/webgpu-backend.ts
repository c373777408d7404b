import { type Demand, emptyScan, type Points, type Scan, type ScanBackend, type ScanQuery } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import { type DeviceShard, uploadShard } from "./device-atoms.js";
import { deviceState, type Holding, writeBias } from "./device-scan.js";
import { type DeviceSource, deviceOf, limitsOf, watchDevice } from "./gpu.js";
import { rowLayout, STREAM_DIM, shardsOf } from "./layout.js";
import { pipelinesOf } from "./pipelines.js";
import { atomScale, prepareQuery } from "./prepare.js";
import { type Asked, refine } from "./refine.js";
import { depthsOf, deviceError } from "./rounding.js";
import { scratchOn } from "./scratch.js";

/** Options of `webgpuBackend`. */
export interface WebgpuOptions extends DeviceSource {
  /** Largest buffer to use, in bytes. @defaultValue what the device allows */
  readonly largestBuffer?: number;
  /**
   * Bytes that each array of one visit should take, logits and partial states; at least 64 queries go at once.
   * @defaultValue 64 MiB
   */
  readonly scratchBytes?: number;
}

/**
 * Scans in float32 on a GPU through WebGPU, with error bounds from the accuracy that WGSL promises (`deviceError`). Rows whose
 * bound exceeds a certified demand are computed again in float64 on the host, over the atoms that float32 cannot rule out.
 * It meets `certified` alone. Eq. (M5)
 * @throws RangeError when the atoms cannot be bound; Error where there is no WebGPU, or not enough memory.
 */
export async function webgpuBackend(bound: BoundAtoms, options: WebgpuOptions = {}): Promise<ScanBackend> {
  const scale = atomScale(bound);
  const layout = rowLayout(bound.dim);
  const watched = watchDevice(await deviceOf(options));
  const { device } = watched;
  const limits = limitsOf(device, options.largestBuffer);
  const scratch = scratchOn(device);
  const shards: DeviceShard[] = [];
  const work = { watched, layout, scratch, pipelines: pipelinesOf(device, layout) };
  const holding: Holding = { bound, scale, work, shards, limits, scratchBytes: options.scratchBytes ?? 64 * 2 ** 20 };
  const free = (): void => {
    scratch.destroy();
    for (const shard of shards.splice(0)) {
      shard.atoms.destroy();
      shard.bias.destroy();
    }
    if (watched.owned) device.destroy();
  };
  try {
    const ranges = shardsOf(scale.kept.length, layout, limits);
    await watched.run("bind the atoms", () => {
      for (const range of ranges) shards.push(uploadShard(device, bound, scale, layout, range));
      return device.queue.onSubmittedWorkDone();
    });
  } catch (error) {
    free();
    throw error;
  }
  return backendOn(holding, free);
}

/** The seam over what is held. */
function backendOn(holding: Holding, free: () => void): ScanBackend {
  const { bound } = holding;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: "webgpu",
    dim: bound.dim,
    size: bound.size,
    radius: bound.radius,
    meets: new Set(["certified"] as const),
    async scan(x, query, demand) {
      if (closed) throw new Error("Cannot scan the atoms: the backend is closed; expected an open one");
      const epsilon = requireScan(bound, x, query, demand);
      const turn = last.then(() => scanWith(holding, { x, query, epsilon })); // buffers are shared: one scan at a time
      last = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      if (closed) return;
      closed = true;
      await last;
      free();
    },
  };
}

/** The ε of a scan that can be made. */
function requireScan({ dim }: BoundAtoms, x: Points, query: ScanQuery, demand: Demand): number {
  if (demand.kind !== "certified") {
    throw new RangeError(`Cannot promise "${demand.kind}": the backend "webgpu" computes in float32; expected "certified"`);
  }
  if (x.dim !== dim) {
    throw new RangeError(`Cannot scan the atoms: x has dim ${x.dim}, data has dim ${dim}; expected equal dims`);
  }
  const at = x.data.findIndex((v) => !Number.isFinite(v));
  if (at >= 0) {
    throw new RangeError(
      `Cannot scan the atoms: coordinate ${at % dim} of point ${Math.floor(at / dim)} is ${x.data[at]}; expected finite numbers`,
    );
  }
  const v = query.tangent;
  if (v !== undefined && !(v.size === x.size && v.dim === dim && v.data.every(Number.isFinite))) {
    throw new RangeError(
      `Cannot evaluate a Jacobian-vector product: directions are [${v.size}, ${v.dim}]; expected finite ones, [${x.size}, ${dim}]`,
    );
  }
  return demand.epsilon;
}

async function scanWith(holding: Holding, asked: Asked): Promise<Scan> {
  const { bound, scale, work } = holding;
  const { x, query } = asked;
  const { layout } = work;
  const prepared = prepareQuery(bound, scale, layout, x, query);
  const streamed = bound.dim <= STREAM_DIM && query.top === 0 && query.tangent === undefined;
  if (prepared.bias) writeBias(holding, prepared.bias);
  const state = prepared.bias ? await deviceState(holding, prepared, query, streamed) : emptyScan(x.size, bound.dim, query);
  const depths = depthsOf(layout, scale.kept.length, streamed);
  return refine(holding, prepared, asked, {
    state,
    error: deviceError(bound, scale, { depths, layout, prepared, x }, query, state),
    evaluations: x.size * scale.kept.length,
    skipped: x.size * (bound.size - scale.kept.length),
  });
}
