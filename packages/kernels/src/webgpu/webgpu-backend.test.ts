/// <reference types="@webgpu/types" />
import { atoms, normal, points, rngOf, zeros } from "@fluxion/core";
import { expect, test } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { rowLayout } from "./layout.js";
import { kernelSources } from "./pipelines.js";
import { planOf } from "./steps.js";
import { webgpuBackend } from "./webgpu-backend.js";

// What the kernels compute is tested in Chromium, tests/browser/webgpu.test.ts; here is what needs no device.

/** A device that only keeps books of its buffers. */
function bookkeeper() {
  const living = new Set<object>();
  const written: { bytes: number }[] = [];
  let destroyed = false;
  const device = {
    limits: { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28, maxComputeWorkgroupsPerDimension: 65535 },
    lost: new Promise(() => {}),
    pushErrorScope() {},
    popErrorScope: async () => null,
    queue: {
      writeBuffer: (_: object, __: number, data: ArrayLike<number>, ___: number, count: number) => {
        written.push({ bytes: 4 * (count ?? data.length) });
      },
      onSubmittedWorkDone: async () => undefined,
    },
    createBuffer(descriptor: { size: number }) {
      const buffer = { ...descriptor, destroy: () => living.delete(buffer) };
      living.add(buffer);
      return buffer;
    },
    destroy() {
      destroyed = true;
    },
  };
  return { device: device as unknown as GPUDevice, living, written, isDestroyed: () => destroyed };
}

const bound = bindAtoms(atoms(points(normal(rngOf(1), new Float64Array(300)), 3)));
const x = points(Float64Array.of(0.1, 0.2, 0.3), 3);
const query = { alpha: 0.5, variance: 0.25, spread: false, top: 0, tangent: undefined };
const certified = { kind: "certified", epsilon: 0.1 } as const;

test("the atoms lie on the device until the backend is closed, and then nothing does", async () => {
  const { device, living, written, isDestroyed } = bookkeeper();
  const backend = await webgpuBackend(bound, { device });
  expect([backend.dim, backend.size, backend.radius]).toEqual([3, 100, bound.radius]);
  expect(written).toEqual([{ bytes: 100 * 4 * 4 }]); // rows are filled up to four numbers
  expect(living.size).toBe(2);
  await backend.close();
  await backend.close();
  expect(living.size).toBe(0);
  expect(isDestroyed()).toBe(false);
});

test("a device of its own goes with the backend", async () => {
  const { device, isDestroyed } = bookkeeper();
  const gpu = { requestAdapter: async () => ({ limits: device.limits, requestDevice: async () => device }) };
  const backend = await webgpuBackend(bound, { gpu: gpu as unknown as GPU });
  await backend.close();
  expect(isDestroyed()).toBe(true);
});

test("what it cannot do is refused before the device hears of it", async () => {
  const backend = await webgpuBackend(bound, { device: bookkeeper().device });
  await expect(backend.scan(x, query, { kind: "exact" })).rejects.toThrow(
    'Cannot promise "exact": the backend "webgpu" computes in float32; expected "certified"',
  );
  await expect(backend.scan(x, { ...query, tangent: zeros(2, 3) }, certified)).rejects.toThrow(
    "Cannot evaluate a Jacobian-vector product: directions are [2, 3]; expected finite ones, [1, 3]",
  );
  await expect(backend.scan(zeros(1, 2), query, certified)).rejects.toThrow("x has dim 2, data has dim 3; expected equal dims");
  const broken = points(Float64Array.of(0, Number.NaN, 0), 3);
  await expect(backend.scan(broken, query, certified)).rejects.toThrow("coordinate 1 of point 0 is NaN; expected finite numbers");
  await backend.close();
  await expect(backend.scan(x, query, certified)).rejects.toThrow("Cannot scan the atoms: the backend is closed");
});

test("a device without room for a chunk is refused, and keeps nothing", async () => {
  const { device, living } = bookkeeper();
  const wide = bindAtoms(atoms(points(normal(rngOf(2), new Float64Array(400 * 784)), 784)));
  await expect(webgpuBackend(wide, { device, largestBuffer: 2 ** 20 })).rejects.toThrow(
    "Cannot bind the data: a buffer of 1048576",
  );
  expect(living.size).toBe(0);
});

test("every kernel binds the buffers that the plans give it, in their order", () => {
  for (const dim of [1, 7, 16, 40]) {
    const layout = rowLayout(dim);
    const sources = kernelSources(layout);
    const range = { from: 0, count: 5000, stride: 5056 };
    for (const [streamed, spread, top] of [
      [false, true, 3],
      [false, false, 0],
      [true, true, 0],
      [true, false, 0],
    ] as const) {
      const request = { count: 3, rows: 64, want: "states", streamed, spread, tangent: top > 0, top } as const;
      for (const { kernel, buffers } of planOf(request, range, layout).steps) {
        const bindings = [...sources[kernel].matchAll(/@binding\((\d+)\) var<(uniform|storage)/g)].map((match) =>
          Number(match[1]),
        );
        expect(bindings, kernel).toEqual([...buffers.keys()]);
      }
    }
  }
});
