/// <reference types="@webgpu/types" />
import { expect, test } from "vitest";
import { deviceOf, watchDevice } from "./gpu.js";

/** A device of which only the error scopes and the loss exist. */
function fakeDevice(problems: readonly (string | undefined)[] = []) {
  let lose: (info: { reason: string; message: string }) => void = () => {};
  const lost = new Promise((resolve) => {
    lose = resolve;
  });
  const left = [...problems];
  const device = {
    lost,
    pushErrorScope() {},
    async popErrorScope() {
      const message = left.shift();
      return message === undefined ? null : { message };
    },
  };
  return { device: device as unknown as GPUDevice, lose };
}

test("work on a device answers, or fails as it failed", async () => {
  const { run } = watchDevice({ device: fakeDevice().device, owned: true });
  expect(await run("add", () => 3)).toBe(3);
  await expect(run("add", () => Promise.reject(new Error("why")))).rejects.toThrow("why");
  await expect(
    run("add", () => {
      throw new Error("at once");
    }),
  ).rejects.toThrow("at once");
});

test("what the device refuses is an error with its reason, though the work itself would have answered", async () => {
  const { run } = watchDevice({ device: fakeDevice([undefined, "too large"]).device, owned: true });
  await expect(run("bind the atoms", () => 3)).rejects.toThrow(
    "Cannot bind the atoms: the GPU refuses (too large); expected what the device allows",
  );
  expect(await run("bind the atoms", () => 4)).toBe(4);
});

test("a loss ends work that would never settle, comes before the failures that it causes, and stays", async () => {
  const { device, lose } = fakeDevice();
  const { run } = watchDevice({ device, owned: true });
  const never = run("scan", () => new Promise(() => {}));
  let fail: (error: Error) => void = () => {};
  const caused = run(
    "scan",
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  await Promise.resolve();
  lose({ reason: "unknown", message: "the driver fell over" });
  fail(new Error("mapping failed"));
  const message = "Cannot scan: the GPU device was lost (unknown: the driver fell over); expected a device that lives";
  await expect(never).rejects.toThrow(message);
  await expect(caused).rejects.toThrow(message);
  await expect(run("scan", () => 1)).rejects.toThrow(message);
});

test("without WebGPU, and without an adapter, the error says what is missing", async () => {
  const gpu = { requestAdapter: async () => null } as unknown as GPU;
  await expect(deviceOf({ gpu })).rejects.toThrow("Cannot open a GPU: WebGPU offers no adapter");
  await expect(deviceOf({})).rejects.toThrow("Cannot open a GPU: there is no navigator.gpu here"); // Node has none
});

test("an adapter is asked for its largest buffers, and the device is ours", async () => {
  const asked: unknown[] = [];
  const limits = { maxStorageBufferBindingSize: 7, maxBufferSize: 9, maxTextureDimension2D: 1 };
  const requestDevice = async (descriptor: unknown) => {
    asked.push(descriptor);
    return fakeDevice().device;
  };
  const gpu = { requestAdapter: async () => ({ limits, requestDevice }) } as unknown as GPU;
  expect((await deviceOf({ gpu })).owned).toBe(true);
  expect(asked).toEqual([{ requiredLimits: { maxStorageBufferBindingSize: 7, maxBufferSize: 9 } }]);
  const { device } = fakeDevice();
  expect(await deviceOf({ device })).toEqual({ device, owned: false });
});
